// Input and output as bytes, in TypeScript (AssemblyScript): gives back its input, whatever it holds.
import { getInput, setOutput, setOutputText } from "faasm";

export function _asMain(): i32 {
  const input = getInput();
  if (input.length == 0) setOutputText("Nothing to echo");
  else setOutput(input);
  return 0;
}
