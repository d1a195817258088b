// A worker of the rival of bench/state: a Node process that has a copy of the data, and shares weights through Redis.
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { stateKeys } from '../../src/stores/redis-keys.ts';
import { FEATURES, pass, SET_KEYS, SGD_USER, trainingSet } from './svm.ts';

/** What the parent sends: begin with zeros, train an epoch and send the weights, or take the mean of all. */
export type WorkerOrder =
  | { readonly kind: 'begin' }
  | { readonly kind: 'train'; readonly epoch: number }
  | { readonly kind: 'merge' };

const [address = '', number = '', count = ''] = process.argv.slice(2);
const worker = Number(number);
const workers = Number(count);
const redis = new Redis(address);
/** The same bytes that hosts get: a value is a string in Redis. */
const load = async (key: string) =>
  (await redis.getBuffer(stateKeys('faasm', SGD_USER, key).value)) ?? new Uint8Array();
const set = trainingSet(await Promise.all(SET_KEYS.map(load)));
const weights = new Float64Array(FEATURES);

async function merge(): Promise<void> {
  const keys = Array.from({ length: workers }, (_, other) => `weights:${other}`);
  const all = (await redis.mgetBuffer(...keys)).map((bytes) => new Float64Array(new Uint8Array(bytes ?? []).buffer));
  for (let feature = 0; feature < FEATURES; feature += 1) {
    let sum = 0;
    for (const other of all) sum += other[feature] as number;
    weights[feature] = sum / workers;
  }
}

const actions = {
  begin: async () => void weights.fill(0),
  train: async (order: { readonly epoch: number }) => {
    pass(set, weights, worker, workers, order.epoch);
    await redis.set(`weights:${worker}`, Buffer.from(weights.buffer));
  },
  merge,
};

process.once('disconnect', () => process.exit());
process.send?.('ready');
for (;;) {
  const [order] = (await once(process, 'message')) as [WorkerOrder];
  if (order.kind === 'train') await actions.train(order);
  else await actions[order.kind]();
  process.send?.('done');
}
