// Strings and arrays in TypeScript (AssemblyScript): gives back its input, the characters in reverse order.
import { getInputText, setOutputText } from "faasm";

export function _asMain(): i32 {
  const input = getInputText();
  const characters = new Array<string>();
  for (let at = 0; at < input.length; ) {
    // Characters beyond 16 bits take two places in a string.
    const size = input.codePointAt(at) > 0xffff ? 2 : 1;
    characters.push(input.substr(at, size));
    at += size;
  }
  setOutputText(characters.reverse().join(""));
  return 0;
}
