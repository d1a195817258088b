import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startServer } from '../harness/server.ts';
import { memoryBytes } from './memory.ts';
import type { WorkerOrder } from './redis-worker.ts';
import { loss, SET_KEYS, trainingSet } from './svm.ts';

/** What the rival took. */
export interface RedisSgdAnswer {
  readonly ms: readonly number[];
  readonly loss: number;
  readonly memoryBytes: number;
  /** Through Redis for one training, the data aside. */
  readonly exchangedBytes: number;
  /** For the workers to get the data. */
  readonly loadedBytes: number;
}

/**
 * Trains as people do without shared memory: Node processes with ioredis, each with a copy of the data in `setDir`, which
 * send their weights after each epoch and go on with the mean of all. Needs redis-server.
 */
export async function redisSgd(
  setDir: string,
  { workers, epochs, rounds }: { readonly workers: number; readonly epochs: number; readonly rounds: number },
): Promise<RedisSgdAnswer> {
  const port = await freePort();
  const server = await startServer({
    command: 'redis-server',
    args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    ready: /Ready to accept connections/,
  });
  const redis = new Redis(`redis://127.0.0.1:${port}`);
  const children: ChildProcess[] = [];
  try {
    const parts = await Promise.all(SET_KEYS.map((key) => readFile(join(setDir, key))));
    for (const [index, key] of SET_KEYS.entries()) await redis.set(key, parts[index] ?? '');
    const before = await traffic(redis);
    for (let worker = 0; worker < workers; worker += 1) {
      const args = [`redis://127.0.0.1:${port}`, String(worker), String(workers)];
      const child = fork(new URL('redis-worker.ts', import.meta.url), args, { stdio: 'inherit' });
      children.push(child);
    }
    await Promise.all(children.map((child) => once(child, 'message')));
    const loaded = await traffic(redis);
    await train(children, epochs);
    const trained = await traffic(redis);
    const ms: number[] = [];
    for (let round = 0; round < rounds; round += 1) ms.push(await train(children, epochs));
    const pids = [server.pid, ...children.map(({ pid }) => pid as number)];
    const weights = await redis.getBuffer('weights:0');
    return {
      ms,
      loss: loss(trainingSet(parts), new Float64Array(new Uint8Array(weights ?? []).buffer)),
      memoryBytes: memoryBytes(pids),
      loadedBytes: loaded - before,
      exchangedBytes: trained - loaded,
    };
  } finally {
    for (const child of children) child.kill();
    redis.disconnect();
    await server.stop();
  }
}

/** A training from zeros; wall time in ms. */
async function train(children: readonly ChildProcess[], epochs: number): Promise<number> {
  const all = async (order: WorkerOrder): Promise<void> => {
    await Promise.all(
      children.map(async (child) => {
        const done = once(child, 'message');
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

/** Bytes that have gone in and out of the server. */
async function traffic(redis: Redis): Promise<number> {
  const stats = await redis.info('stats');
  const field = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(stats)?.[1]);
  return field('total_net_input_bytes') + field('total_net_output_bytes');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}
