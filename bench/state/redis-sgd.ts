import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { stateKeys } from '../../src/stores/redis-keys.ts';
import { memoryBytes } from './memory.ts';
import { redisPid, redisTraffic, trafficBetween } from './redis-facts.ts';
import type { WorkerOrder } from './redis-worker.ts';
import type { SgdAnswer } from './sgd-process.ts';
import { loss, SET_KEYS, SGD_USER, trainingSet } from './svm.ts';

const TIMEOUT_MS = 60_000;

/**
 * Trains as people do without shared memory: Node processes with ioredis, each with a copy of the set in the Redis at
 * `url`, which send their weights after each epoch and go on with the mean of all. `memoryBytes` is that of the workers and of Redis.
 */
export async function redisSgd(
  url: string,
  { workers, epochs, rounds }: { readonly workers: number; readonly epochs: number; readonly rounds: number },
): Promise<SgdAnswer> {
  const redis = new Redis(url);
  const children: ChildProcess[] = [];
  try {
    const before = await redisTraffic(redis);
    for (let worker = 0; worker < workers; worker += 1) {
      const args = [url, String(worker), String(workers)];
      children.push(fork(new URL('redis-worker.ts', import.meta.url), args, { stdio: 'inherit' }));
    }
    await Promise.all(children.map(nextMessage));
    const loaded = await redisTraffic(redis);
    await train(children, epochs);
    const trained = await redisTraffic(redis);
    const ms: number[] = [];
    for (let round = 0; round < rounds; round += 1) ms.push(await train(children, epochs));
    const memory = memoryBytes([await redisPid(redis), ...children.map(({ pid }) => pid as number)]);
    return {
      ms,
      loss: await lossOf(redis),
      memoryBytes: memory,
      loadedBytes: trafficBetween(before, loaded),
      exchangedBytes: trafficBetween(loaded, trained),
    };
  } finally {
    for (const child of children) child.kill();
    redis.disconnect();
  }
}

/** What the first worker's weights are worth. */
async function lossOf(redis: Redis): Promise<number> {
  const get = async (key: string): Promise<Uint8Array> => (await redis.getBuffer(key)) ?? new Uint8Array();
  const parts = await Promise.all(SET_KEYS.map((key) => get(stateKeys('faasm', SGD_USER, key).value)));
  return loss(trainingSet(parts), new Float64Array(new Uint8Array(await get('weights:0')).buffer));
}

/** A training from zeros; wall time in ms. */
async function train(children: readonly ChildProcess[], epochs: number): Promise<number> {
  const all = async (order: WorkerOrder): Promise<void> => {
    await Promise.all(
      children.map(async (child) => {
        const done = nextMessage(child);
        child.send(order);
        await done;
      }),
    );
  };
  await all({ kind: 'begin' });
  const start = performance.now();
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    await all({ kind: 'train', epoch });
    await all({ kind: 'merge' });
  }
  return performance.now() - start;
}

/** Resolves with what the child says next. Rejects when it ends instead, or says nothing for {@link TIMEOUT_MS}. */
async function nextMessage(child: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const ended = (code: number | null): void => over.abort(new Error(`A worker of the rival has ended with ${code}.`));
  child.once('exit', ended);
  try {
    return await once(child, 'message', { signal });
  } finally {
    child.off('exit', ended);
  }
}
