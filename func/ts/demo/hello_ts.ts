// The smallest function in TypeScript (AssemblyScript): sets its output.
import { setOutputText } from "faasm";

export function _asMain(): i32 {
  setOutputText("Hello Faasm!");
  return 0;
}
