// Child of the kills bench: one runaway, again and again, while neighbours are suspended in the same process.
import { createRuntime, isFaasmError } from '../../src/index.ts';
import { childInput } from '../harness/child.ts';
import { readSample } from '../harness/samples.ts';
import { wat } from '../harness/wat.ts';
import type { Runaway } from './guests.ts';

/** What the child is asked. */
export interface KillsOrder {
  readonly runaway: Runaway;
  readonly timeoutMs: number;
  readonly calls: number;
  readonly neighbours: number;
}

/** Of each runaway call: from the request to the result, and what of it was waiting for a thread. Or a refusal. */
export interface KillsAnswer {
  readonly wallMs: readonly number[];
  readonly queuedMs: readonly number[];
  /** What the guard measured: running, without the way there and back. */
  readonly runMs: readonly number[];
  /** Why the upload was refused, if it was. */
  readonly refused?: string;
}

const NEIGHBOUR_MS = 200;
const CALLER = { principal: { user: '*', kind: 'admin' }, user: 'demo', input: new Uint8Array(0) } as const;

const { runaway, timeoutMs, calls, neighbours } = childInput<KillsOrder>();
const runtime = await createRuntime({ layer: 'native' });
let stop = false;

/** Sleeps and sleeps; each time it must come back right. */
async function neighbour(): Promise<void> {
  while (!stop) {
    const input = new TextEncoder().encode(String(NEIGHBOUR_MS));
    const result = await runtime.invoke({ ...CALLER, function: 'sleep', input });
    const output = Buffer.from(await result.output.bytes()).toString();
    if (output !== `Slept ${NEIGHBOUR_MS} ms`) throw new Error(`neighbour: ${JSON.stringify(result.error)} ${output}`);
  }
}

async function kill(): Promise<{ wallMs: number; queuedMs: number; runMs: number }> {
  const start = performance.now();
  const { error, times } = await runtime.invoke({ ...CALLER, function: 'runaway', timeoutMs });
  const wallMs = performance.now() - start;
  if (error?.code !== runaway.code) throw new Error(`${runaway.name} ended with ${JSON.stringify(error)}`);
  return { wallMs, queuedMs: times.queuedMs, runMs: times.runMs };
}

/** Kills one after the other; the answer of the bench. */
async function measure(): Promise<KillsAnswer> {
  try {
    await runtime.upload({ user: 'demo', function: 'runaway' }, await wat(runaway.wat));
  } catch (error) {
    if (isFaasmError(error)) return { wallMs: [], queuedMs: [], runMs: [], refused: `${error.code}: ${error.message}` };
    throw error;
  }
  await runtime.upload({ user: 'demo', function: 'sleep' }, await readSample('sleep'));
  const around = Array.from({ length: neighbours }, neighbour);
  if (neighbours > 0) await new Promise((done) => setTimeout(done, NEIGHBOUR_MS));
  const killed: Awaited<ReturnType<typeof kill>>[] = [];
  for (let left = calls; left > 0; left -= 1) killed.push(await kill());
  stop = true;
  await Promise.all(around);
  return {
    wallMs: killed.map((call) => call.wallMs),
    queuedMs: killed.map((call) => call.queuedMs),
    runMs: killed.map((call) => call.runMs),
  };
}

const answer = await measure();
await runtime.close({ graceMs: 0 });
console.log(JSON.stringify(answer));
process.exit(0);
