import { readFile } from 'node:fs/promises';
import { createRuntime, type Runtime, type RuntimeOptions } from '../../src/index.ts';

/** A host in this process with one function, which prints lines of numbers. */
export interface GuestHost {
  readonly runtime: Runtime;
  /** What the function prints for `input`, by line and column. Rejects where the call does not succeed. */
  call(input: string): Promise<number[][]>;
}

const PRINCIPAL = { user: '*', kind: 'admin' } as const;
const LIMITS = { timeoutMs: 120_000, cpuMs: 120_000, memoryBytes: 512 * 1024 * 1024 };
const FUNCTION = 'guest';

/** User whose state the function uses. */
export const BENCH_USER = 'bench';

/** State in the Redis at `url`, which on a busy machine may say nothing for longer than hosts put up with. */
export function redisState(url: string): NonNullable<RuntimeOptions['state']> {
  return { kind: 'redis', redisUrl: url, redisTimeoutMs: 60_000 };
}

/** Starts a host on the native layer with the module in `file`. */
export async function openGuestHost(file: string, options: RuntimeOptions = {}): Promise<GuestHost> {
  const runtime = await createRuntime({ threads: 1, layer: 'native', ...options });
  const ref = { user: BENCH_USER, function: FUNCTION };
  await runtime.upload(ref, await readFile(file), { limits: LIMITS });
  return {
    runtime,
    async call(input) {
      const result = await runtime.invoke({ ...ref, principal: PRINCIPAL, input: new TextEncoder().encode(input) });
      const output = Buffer.from(await result.output.bytes()).toString();
      if (result.status !== 'success') throw new Error(`${input}: ${JSON.stringify(result.error)} ${output}`);
      const lines = output.trim().split('\n');
      return lines.map((line) => line.split(' ').map(Number));
    },
  };
}
