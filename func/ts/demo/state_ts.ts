// Values in TypeScript (AssemblyScript): `set <key> <text>` writes one, `get <key>` reads it.
import { getInputText, pushState, readState, setOutputText, writeState } from "faasm";

export function _asMain(): i32 {
  const words = getInputText().split(" ");
  if (words.length > 2 && words[0] == "set") {
    const text = words.slice(2).join(" ");
    writeState(words[1], Uint8Array.wrap(String.UTF8.encode(text)));
    pushState(words[1]);
    setOutputText(`${words[1]} = ${text}`);
    return 0;
  }
  if (words.length == 2 && words[0] == "get") {
    const value = readState(words[1]);
    setOutputText(value.length == 0 ? `${words[1]} has no value` : String.UTF8.decode(value.buffer));
    return 0;
  }
  setOutputText("Say `set <key> <text>` or `get <key>`");
  return 1;
}
