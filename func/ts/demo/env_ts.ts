// Arguments and environment in TypeScript (AssemblyScript): a variable by name, and the words of the command line.
import { getArguments, getEnvironment, setOutputText } from "faasm";

export function _asMain(): i32 {
  const user = getEnvironment("GREETED");
  const home = getEnvironment("PYTHONHOME");
  const name = user === null ? "nobody" : user;
  setOutputText(`Hello ${name}, home ${home === null ? "none" : home}, ${getArguments().join(" ")}`);
  return 0;
}
