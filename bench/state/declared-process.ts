// Child of the state bench: pushes of a small declared part of a large value, beside a bare client of the same Redis.
import { Redis } from 'ioredis';
import { childInput } from '../harness/child.ts';
import { nanoseconds, type Pairs, timePairs } from './pairs.ts';
import { type HostMemory, openPartHost, type PartOrder } from './part-host.ts';
import { redisTraffic } from './redis-facts.ts';

/** What it measured. Times in nanoseconds, beside SETRANGE of as many bytes. */
export interface DeclaredAnswer {
  readonly push: Pairs;
  readonly declareAndPush: Pairs;
  /** Each of many in a row, while nothing else is done. */
  readonly inALoop: Pairs;
  /** Bytes that Redis gets for one push, and for one SETRANGE. */
  readonly sentBytes: number;
  readonly bareSentBytes: number;
  readonly memory: HostMemory;
}

const BARE_KEY = 'bare';
const LOOPED = 50;
const LOOPS = { count: 30, warmUp: 5 };

const order = childInput<PartOrder>();
const { url, valueBytes, partBytes, count, warmUp } = order;
const host = await openPartHost(order, true);
const redis = new Redis(url);
const bytes = Buffer.alloc(partBytes, 1);

const setRange = (round: number): Promise<number> =>
  nanoseconds(() => redis.setrange(BARE_KEY, host.place(round), bytes));

async function setRangeLoop(): Promise<number> {
  const ns = await nanoseconds(async () => {
    for (let left = LOOPED; left > 0; left -= 1) await redis.setrange(BARE_KEY, 0, bytes);
  });
  return ns / LOOPED;
}

async function pushLoop(): Promise<number> {
  const [[ns = Number.NaN] = []] = await host.call(`loop ${valueBytes} ${partBytes} ${LOOPED}`);
  return ns / LOOPED;
}

/** Bytes that Redis gets for one of `count` times `work`. */
async function sent(work: (round: number) => Promise<unknown>): Promise<number> {
  const before = await redisTraffic(redis);
  for (let round = 0; round < count; round += 1) await work(round);
  const after = await redisTraffic(redis);
  return (after.toServer - before.toServer) / count;
}

await redis.setrange(BARE_KEY, valueBytes - partBytes, bytes);
/** By round. */
const declared: number[] = [];
const push = await timePairs(
  { count, warmUp },
  async (round) => {
    const { declareNs, pushNs } = await host.push(round);
    declared.push(declareNs);
    return pushNs;
  },
  setRange,
);
const declareAndPush = { ...push, ours: push.ours.map((ns, index) => ns + (declared[warmUp + index] ?? Number.NaN)) };
const answer: DeclaredAnswer = {
  push,
  declareAndPush,
  inALoop: await timePairs(LOOPS, pushLoop, setRangeLoop),
  sentBytes: await sent(host.push),
  bareSentBytes: await sent(setRange),
  memory: await host.memory(),
};
redis.disconnect();
await host.runtime.close();
console.log(JSON.stringify(answer));
process.exit(0);
