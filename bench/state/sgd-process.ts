// Child of the state bench: lock-free SGD in a host of its own on a Redis that has the set, all workers at the same time on
// the same weights.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createRuntime } from '../../src/index.ts';
import { childInput } from '../harness/child.ts';
import { redisState } from './guest-host.ts';
import { memoryBytes } from './memory.ts';
import { redisPid, redisTraffic, trafficBetween } from './redis-facts.ts';
import { FEATURES, SGD_USER, WEIGHTS_KEY } from './svm.ts';

/** What the child is asked. */
export interface SgdOrder {
  /** Folder of the modules. */
  readonly modules: string;
  readonly url: string;
  /** Makes a set of so many examples and trains nothing. */
  readonly generate?: number;
  readonly workers: number;
  readonly epochs: number;
  readonly rounds: number;
}

/** What it measured. */
export interface SgdAnswer {
  /** Wall times of whole trainings, until the weights are in Redis. */
  readonly ms: readonly number[];
  readonly loss: number;
  /** Of the host and of Redis together. */
  readonly memoryBytes: number;
  /** To and from Redis: for the host to get the data, and for one training. */
  readonly loadedBytes: number;
  readonly exchangedBytes: number;
}

const PRINCIPAL = { user: '*', kind: 'admin' } as const;
const { modules, url, generate, workers, epochs, rounds } = childInput<SgdOrder>();
const runtime = await createRuntime({ threads: workers, layer: 'native', state: redisState(url) });
const redis = new Redis(url);
const settings = { limits: { timeoutMs: 120_000, cpuMs: 120_000 } };
for (const name of ['sgd_generate', 'sgd_step', 'sgd_loss']) {
  await runtime.upload({ user: SGD_USER, function: name }, await readFile(join(modules, `${name}.wasm`)), settings);
}

async function call(name: string, ...numbers: number[]): Promise<string> {
  const input = new TextEncoder().encode(numbers.join(' '));
  const result = await runtime.invoke({ principal: PRINCIPAL, user: SGD_USER, function: name, input });
  const output = Buffer.from(await result.output.bytes()).toString();
  if (result.status !== 'success') throw new Error(`${name}: ${JSON.stringify(result.error)} ${output}`);
  return output;
}

async function loss(): Promise<number> {
  return Number(/^loss ([\d.]+)/.exec(await call('sgd_loss'))?.[1]);
}

/** A training from zeros. The workers meet in memory; what they have found is pushed at its end. */
async function train(): Promise<{ readonly ms: number; readonly bytes: number }> {
  await runtime.state.set(SGD_USER, WEIGHTS_KEY, new Uint8Array(FEATURES * 8));
  const before = await redisTraffic(redis);
  const start = performance.now();
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    await Promise.all(Array.from({ length: workers }, (_, worker) => call('sgd_step', worker, workers, epoch)));
  }
  await runtime.state.push(SGD_USER, WEIGHTS_KEY);
  const ms = performance.now() - start;
  return { ms, bytes: trafficBetween(before, await redisTraffic(redis)) };
}

async function measure(): Promise<SgdAnswer> {
  const before = await redisTraffic(redis);
  // Touches all of the set.
  await loss();
  const loadedBytes = trafficBetween(before, await redisTraffic(redis));
  // Until the optimising compiler has done its work.
  const { bytes: exchangedBytes } = await train();
  const ms: number[] = [];
  for (let round = 0; round < rounds; round += 1) ms.push((await train()).ms);
  const memory = memoryBytes([process.pid, await redisPid(redis)]);
  return { ms, loss: await loss(), memoryBytes: memory, loadedBytes, exchangedBytes };
}

const answer = generate === undefined ? await measure() : await call('sgd_generate', generate);
redis.disconnect();
await runtime.close();
console.log(JSON.stringify(answer));
process.exit(0);
