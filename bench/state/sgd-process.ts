// Child of the state bench: lock-free SGD in a host of its own, all workers at the same time on the same weights.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRuntime } from '../../src/index.ts';
import { childInput } from '../harness/child.ts';
import { memoryBytes } from './memory.ts';
import { SET_KEYS } from './svm.ts';

/** What the child is asked. */
export interface SgdOrder {
  /** Folder of the modules. */
  readonly modules: string;
  readonly examples: number;
  readonly workers: number;
  readonly epochs: number;
  readonly rounds: number;
  /** Folder that gets the set, a file for each key; absent: it is not written. */
  readonly setDir?: string;
}

/** What it measured: wall times of whole trainings, what the weights are worth, memory at the end. */
export interface SgdAnswer {
  readonly ms: readonly number[];
  readonly loss: number;
  readonly memoryBytes: number;
}

const PRINCIPAL = { user: '*', kind: 'admin' } as const;
const { modules, examples, workers, epochs, rounds, setDir } = childInput<SgdOrder>();
const runtime = await createRuntime({ threads: workers, layer: 'native' });
const settings = { limits: { timeoutMs: 120_000, cpuMs: 120_000 } };
for (const name of ['sgd_generate', 'sgd_step', 'sgd_loss']) {
  await runtime.upload({ user: 'sgd', function: name }, await readFile(join(modules, `${name}.wasm`)), settings);
}

async function call(name: string, ...numbers: number[]): Promise<string> {
  const input = new TextEncoder().encode(numbers.join(' '));
  const result = await runtime.invoke({ principal: PRINCIPAL, user: 'sgd', function: name, input });
  const output = Buffer.from(await result.output.bytes()).toString();
  if (result.status !== 'success') throw new Error(`${name}: ${JSON.stringify(result.error)} ${output}`);
  return output;
}

async function train(): Promise<number> {
  await runtime.state.set('sgd', 'weights', (await runtime.state.get('sgd', 'weights'))?.fill(0) ?? new Uint8Array());
  const start = performance.now();
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    await Promise.all(Array.from({ length: workers }, (_, worker) => call('sgd_step', worker, workers, epoch)));
  }
  return performance.now() - start;
}

await call('sgd_generate', examples);
// Until the optimising compiler has done its work.
await train();
const ms: number[] = [];
for (let round = 0; round < rounds; round += 1) ms.push(await train());
const loss = Number(/^loss ([\d.]+)/.exec(await call('sgd_loss'))?.[1]);
const answer: SgdAnswer = { ms, loss, memoryBytes: memoryBytes([process.pid]) };
if (setDir !== undefined) {
  for (const key of SET_KEYS) await writeFile(join(setDir, key), (await runtime.state.get('sgd', key)) ?? '');
}
await runtime.close();
console.log(JSON.stringify(answer));
process.exit(0);
