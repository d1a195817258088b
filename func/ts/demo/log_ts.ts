// The log in TypeScript (AssemblyScript): the console writes to it when the function sets its output.
import { getInputText, setOutputText } from "faasm";

export function _asMain(): i32 {
  const input = getInputText();
  console.log(`got ${input.length} characters`);
  console.error("this is an error");
  if (input == "fail") return 7;
  setOutputText("logged");
  return 0;
}
