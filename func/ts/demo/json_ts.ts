// JSON in TypeScript (AssemblyScript): the sum of the numbers in an array, by a parser of a few lines.
import { getInputText, setOutputText } from "faasm";

class Parser {
  private at: i32 = 0;

  constructor(private text: string) {}

  /** The numbers of the array that is the whole text; null where it is none. */
  numbers(): f64[] | null {
    const found: f64[] = [];
    if (!this.take("[")) return null;
    if (!this.take("]")) {
      do {
        const value = this.number();
        if (isNaN(value)) return null;
        found.push(value);
      } while (this.take(","));
      if (!this.take("]")) return null;
    }
    this.skipBlanks();
    return this.at == this.text.length ? found : null;
  }

  private take(sign: string): bool {
    this.skipBlanks();
    if (this.text.charAt(this.at) != sign) return false;
    this.at++;
    return true;
  }

  private number(): f64 {
    this.skipBlanks();
    const start = this.at;
    while (this.at < this.text.length && "+-.0123456789eE".includes(this.text.charAt(this.at))) this.at++;
    return this.at == start ? NaN : F64.parseFloat(this.text.substring(start, this.at));
  }

  private skipBlanks(): void {
    while (this.at < this.text.length && " \t\r\n".includes(this.text.charAt(this.at))) this.at++;
  }
}

export function _asMain(): i32 {
  const numbers = new Parser(getInputText()).numbers();
  if (numbers === null) {
    setOutputText('{"error":"not an array of numbers"}');
    return 1;
  }
  const sum = numbers.reduce((total, value) => total + value, 0.0);
  setOutputText(`{"count":${numbers.length},"sum":${sum}}`);
  return 0;
}
