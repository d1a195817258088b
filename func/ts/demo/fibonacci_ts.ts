// Plain computation in TypeScript (AssemblyScript): the Fibonacci number of its input, by default 4, the slow way.
import { getInputText, setOutputText } from "faasm";

function fibonacci(n: u32): u32 {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

export function _asMain(): i32 {
  const input = getInputText().trim();
  const n = input.length > 0 ? U32.parseInt(input) : 4;
  setOutputText(`Fibonacci ${n} = ${fibonacci(n)}`);
  return 0;
}
