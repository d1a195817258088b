// Child of the neighbours bench: CPU-bound calls on every core, and calls that sleep beside them.
import { availableParallelism } from 'node:os';
import { createRuntime } from '../../src/index.ts';
import { childInput } from '../harness/child.ts';
import { readSample } from '../harness/samples.ts';
import { wat } from '../harness/wat.ts';

/** What the child is asked. */
export interface NeighboursOrder {
  readonly sleepMs: number;
  readonly busyMs: number;
  /** Sleeping calls per second. */
  readonly rate: number;
  readonly busy: boolean;
}

/** Latencies of the sleeping calls in ms. */
export interface NeighboursAnswer {
  readonly latencies: readonly number[];
  readonly threads: number;
}

const SPIN = '(module (memory (export "memory") 1) (func (export "_start") (loop $on (br $on))))';
/** Sleeping calls begin this long after the busy ones and end this long before them. */
const MARGIN_MS = 250;
const CALLER = { principal: { user: '*', kind: 'admin' }, user: 'demo', input: new Uint8Array(0) } as const;

const { sleepMs, busyMs, rate, busy } = childInput<NeighboursOrder>();
const runtime = await createRuntime({ layer: 'native' });
await runtime.upload({ user: 'demo', function: 'spin' }, await wat(SPIN));
await runtime.upload({ user: 'demo', function: 'sleep' }, await readSample('sleep'));
const latencies: number[] = [];

async function sleeper(): Promise<void> {
  const start = performance.now();
  const input = new TextEncoder().encode(String(sleepMs));
  const result = await runtime.invoke({ ...CALLER, function: 'sleep', input });
  if (result.status !== 'success') throw new Error(JSON.stringify(result.error));
  latencies.push(performance.now() - start);
}

async function spinner(): Promise<void> {
  const { error } = await runtime.invoke({ ...CALLER, function: 'spin', timeoutMs: busyMs });
  if (error?.code !== 'TIMEOUT') throw new Error(`spin ended with ${JSON.stringify(error)}`);
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

const start = performance.now();
const spinners = busy ? Array.from({ length: availableParallelism() }, spinner) : [];
await pause(MARGIN_MS);
const sleepers: Promise<void>[] = [];
const end = start + busyMs - MARGIN_MS - 2 * sleepMs;
// By the clock, not by the answers: a late answer must not lower the rate.
for (let at = performance.now(); at < end; at += 1000 / rate) {
  await pause(Math.max(0, at - performance.now()));
  sleepers.push(sleeper());
}
await Promise.all(sleepers);
const { threads } = runtime.info();
await Promise.all(spinners);
await runtime.close({ graceMs: 0 });
const answer: NeighboursAnswer = { latencies, threads };
console.log(JSON.stringify(answer));
process.exit(0);
