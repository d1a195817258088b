import type { CallRequest, CallResult, RunningCall, RuntimeOptions } from '../../src/index.ts';
import { createRuntime } from '../../src/index.ts';

/** A runtime in this process, as `createRuntime` gives it. */
export type TestRuntime = Awaited<ReturnType<typeof createRuntime>>;

const PRINCIPAL = { user: '*', kind: 'admin' } as const;
/** The user of functions for which no other one is named. */
export const USER = 'demo';

/** Starts a runtime on two threads, native layer. Close it by {@link stopRuntime}. */
export function startRuntime(options: RuntimeOptions = {}): Promise<TestRuntime> {
  return createRuntime({ threads: 2, layer: 'native', ...options });
}

/** Stops at once, whatever is under way. */
export function stopRuntime(runtime: TestRuntime): Promise<void> {
  return runtime.close({ graceMs: 0 });
}

/** A request for a call of `name` with `numbers` as its input, 32 bits each. */
export function request(name: string, numbers: readonly number[] = [], more: Partial<CallRequest> = {}): CallRequest {
  return { principal: PRINCIPAL, user: USER, function: name, input: words(numbers), ...more };
}

/** Calls `name` with `numbers` as its input. */
export function invoke(
  runtime: TestRuntime,
  name: string,
  numbers: readonly number[] = [],
  more: Partial<CallRequest> = {},
): Promise<CallResult> {
  return runtime.invoke(request(name, numbers, more));
}

/** Waits until the call has written something, or has ended. */
export async function begun({ output }: RunningCall): Promise<void> {
  await output[Symbol.asyncIterator]().next();
}

/** `success`, or the code of the error: what tests compare. */
export function ending(result: CallResult): string {
  return result.error?.code ?? result.status;
}

/** Little-endian 32-bit words. */
export function words(numbers: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(numbers).buffer);
}

/** The output of a call as 32-bit words. */
export async function outputWords(result: CallResult): Promise<number[]> {
  const bytes = await result.output.bytes();
  return [...new Uint32Array(bytes.slice().buffer)];
}

/** Runs `work(0)` to `work(count - 1)`, at most `width` at a time. */
export async function inParallel(count: number, width: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, worker));
}

/** Repeatable random numbers below `limit`. */
export function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
