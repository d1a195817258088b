// State in TypeScript (AssemblyScript): a counter that calls add to in shared memory.
import { pushState, readStatePtr, setOutputText } from "faasm";

export function _asMain(): i32 {
  const counter = readStatePtr("counter_ts", 4);
  const value = atomic.add<i32>(counter, 1) + 1;
  pushState("counter_ts");
  setOutputText(`Counter: ${value.toString().padStart(3, "0")}`);
  return 0;
}
