import type { HostContext, HostFunction } from './context.ts';
import { paceOf } from './pace.ts';

/**
 * Input, output and end of a call, module `env`, in both ABI generations of Faasm. A pointer outside the memory ends
 * the call with `BAD_POINTER`: these functions have no error result.
 */
export const CALL_FUNCTIONS: readonly HostFunction[] = [
  { name: '__faasm_read_input', params: ['i32', 'i32'], result: 'i32', call: readInput },
  { name: '__faasm_write_output', params: ['i32', 'i32'], call: writeOutput },
  { name: 'exit', params: ['i32'], call: exit },
  { name: '_Exit', params: ['i32'], call: exit },
];

/** Faasm's `__faasm_read_input(buffer, length)`: the size of the input for length 0, else how many bytes were copied. */
function readInput(context: HostContext, buffer: number, length: number): number {
  const { input } = context;
  if (length === 0) return input.length;
  if (input.length === 0) return 0;
  const count = Math.min(length >>> 0, input.length);
  const target = context.memory.slice(buffer, count);
  paceOf(context).copy(target, count === input.length ? input : input.subarray(0, count));
  return count;
}

/** Faasm's `__faasm_write_output(pointer, length)`: replaces the call's output. Ends the call with `OUTPUT_LIMIT`. */
function writeOutput(context: HostContext, pointer: number, length: number): void {
  context.output.replace(context.memory.slice(pointer, length));
}

/** `exit` and `_Exit` of the 2020 ABI, where the C library is partly on the host. */
function exit(context: HostContext, code: number): never {
  return context.exit(code);
}
