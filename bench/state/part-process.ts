// Child of the state bench: pushes of a small part of a large value, beside a bare client of the same Redis.
import { setTimeout } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { childInput } from '../harness/child.ts';
import { openGuestHost } from './guest-host.ts';
import { memoryBytes } from './memory.ts';
import { nanoseconds, type Pairs, timePairs } from './pairs.ts';
import { redisTraffic } from './redis-facts.ts';

/** What the child is asked. */
export interface PartOrder {
  readonly file: string;
  readonly url: string;
  readonly valueBytes: number;
  readonly partBytes: number;
  /** Whether the function declares what it changes. */
  readonly declares: boolean;
  readonly count: number;
  readonly warmUp: number;
}

/** What it measured. Times in nanoseconds. */
export interface PartAnswer {
  /** A push, and a bare SETRANGE of the same bytes. */
  readonly pairs: Pairs;
  /** The same when nothing else is done for {@link LOOPED} times. */
  readonly loops: Pairs;
  /** To declare what was changed, for each push. */
  readonly declare: readonly number[];
  /** Bytes that Redis gets for one push, and for one SETRANGE. */
  readonly sentBytes: number;
  readonly bareSentBytes: number;
  /** memcmp and memcpy of as many bytes as the value has. */
  readonly compare: readonly number[];
  readonly copy: readonly number[];
  /** What the host counts for calls and state, and what the process has (PSS). */
  readonly countedBytes: number;
  readonly memoryBytes: number;
}

const BARE_KEY = 'bare';
/** Pushes one after the other within one call. */
const LOOPED = 50;
const LOOPS = 30;
const GARBAGE_MS = 500;

const { file, url, valueBytes, partBytes, declares, count, warmUp } = childInput<PartOrder>();
const host = await openGuestHost(file, { state: { kind: 'redis', redisUrl: url } });
const redis = new Redis(url);
const bytes = Buffer.alloc(partBytes, 1);
/** By round. */
const declare: number[] = [];

/** Somewhere else each time. */
function place(round: number): number {
  const places = Math.floor(valueBytes / partBytes);
  return ((((round * 7919) % places) + places) % places) * partBytes;
}

async function push(round: number): Promise<number> {
  const seed = round + 1000;
  const [[declareNs = Number.NaN, pushNs = Number.NaN] = []] = await host.call(
    `push ${valueBytes} ${place(round)} ${partBytes} ${seed} ${declares ? 1 : 0}`,
  );
  declare.push(declareNs);
  return pushNs;
}

const setRange = (round: number): Promise<number> => nanoseconds(() => redis.setrange(BARE_KEY, place(round), bytes));

async function pushLoop(): Promise<number> {
  const [[ns = Number.NaN] = []] = await host.call(`loop ${valueBytes} ${partBytes} ${LOOPED}`);
  return ns / LOOPED;
}

async function setRangeLoop(): Promise<number> {
  const ns = await nanoseconds(async () => {
    for (let left = LOOPED; left > 0; left -= 1) await redis.setrange(BARE_KEY, 0, bytes);
  });
  return ns / LOOPED;
}

/** Bytes that Redis gets for one of `count` times `work`. */
async function sent(work: (round: number) => Promise<number>): Promise<number> {
  const before = await redisTraffic(redis);
  for (let round = 0; round < count; round += 1) await work(round + warmUp + count);
  const after = await redisTraffic(redis);
  return (after.toServer - before.toServer) / count;
}

await host.call(`push ${valueBytes} 0 ${valueBytes} 0 ${declares ? 1 : 0}`);
await redis.setrange(BARE_KEY, valueBytes - partBytes, bytes);
const pairs = await timePairs({ count, warmUp }, push, setRange);
const loops = await timePairs({ count: declares ? LOOPS : 0, warmUp: declares ? 5 : 0 }, pushLoop, setRangeLoop);
const sentBytes = await sent(push);
const bareSentBytes = await sent(setRange);
// What is garbage by now is not the twin's; buffers are freed a little later.
globalThis.gc?.();
await setTimeout(GARBAGE_MS);
const used = { countedBytes: host.runtime.info().budgets.memoryBytes.used, memoryBytes: memoryBytes([process.pid]) };

const [a, b] = [Buffer.alloc(valueBytes, 1), Buffer.alloc(valueBytes, 1)];
const { ours: compare, bare: copy } = await timePairs(
  { count, warmUp },
  () => nanoseconds(() => a.compare(b)),
  () => nanoseconds(() => a.set(b)),
);
const answer: PartAnswer = {
  pairs,
  loops,
  declare: declare.slice(warmUp, warmUp + pairs.ours.length),
  sentBytes,
  bareSentBytes,
  compare,
  copy,
  ...used,
};
redis.disconnect();
await host.runtime.close();
console.log(JSON.stringify(answer));
process.exit(0);
