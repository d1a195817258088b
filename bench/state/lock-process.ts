// Child of the state bench: locks that go from one call to another, on one host and between two.
import { Redis } from 'ioredis';
import { stateKeys } from '../../src/stores/redis-keys.ts';
import { childInput } from '../harness/child.ts';
import { BENCH_USER, openGuestHost, redisState } from './guest-host.ts';
import { nanoseconds, type Pairs, timePairs } from './pairs.ts';

/** What the child is asked. */
export interface LockOrder {
  readonly file: string;
  readonly url: string;
  /** Times that each of two calls takes the lock of a host. */
  readonly times: number;
  /** Pairs of a global lock and its unlocking. */
  readonly count: number;
  readonly warmUp: number;
  /** How long a host has the global lock while another one waits, and how often. */
  readonly heldMs: readonly number[];
  readonly handovers: number;
}

/** What it measured. */
export interface LockAnswer {
  /** Microseconds from the unlocking of one call until another one that waits has the lock: two writers, reader and writer. */
  readonly writersUs: readonly number[];
  readonly readerAndWriterUs: readonly number[];
  /** Nanoseconds to lock and unlock globally, beside what people write with a bare client. */
  readonly pairs: Pairs;
  /** Microseconds from the unlocking on one host until the other one has it, by what is in `heldMs`. */
  readonly handoverUs: readonly (readonly number[])[];
}

const BARE_KEY = 'bare-lock';
const KEY = 'bench-lock';
const LEASE = stateKeys('faasm', BENCH_USER, KEY).lease;
/** Hand-overs to either call at first that are not counted, and fewest that are enough. */
const COLD = 100;
const HANDED_MIN = 200;
const LEASE_MS = 10_000;
/** Removes a lock if it still is whose it was. */
const COMPARE_AND_DELETE =
  "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

const { file, url, times, count, warmUp, heldMs, handovers } = childInput<LockOrder>();
const options = { threads: 2, state: redisState(url) };
const [host, other] = [await openGuestHost(file, options), await openGuestHost(file, options)];
const redis = new Redis(url);
redis.defineCommand('compareAndDelete', { numberOfKeys: 1, lua: COMPARE_AND_DELETE });
const client = redis as Redis & { compareAndDelete(key: string, owner: string): Promise<number> };

/** Microseconds of the hand-overs between two calls that take the lock in these modes. */
async function contend(first: string, second: string): Promise<number[]> {
  await host.runtime.state.remove(BENCH_USER, 'bench-notes');
  const inputs = [`contend ${first} 1 ${times}`, `contend ${second} 2 ${times}`];
  const answers = await Promise.all(inputs.map((input) => host.call(input)));
  const handed = answers.flatMap((lines) => lines.flat().slice(COLD));
  if (handed.length < HANDED_MIN) throw new Error(`The calls have waited for each other only ${handed.length} times.`);
  return handed;
}

async function bare(): Promise<number> {
  const owner = 'somebody';
  return nanoseconds(async () => {
    await redis.set(BARE_KEY, owner, 'PX', LEASE_MS, 'NX');
    await client.compareAndDelete(BARE_KEY, owner);
  });
}

async function handover(ms: number): Promise<number> {
  const held = host.call(`hold ${ms}`);
  // Once it has the lock.
  while ((await redis.exists(LEASE)) === 0) await new Promise((done) => setTimeout(done, 1));
  const [[got = Number.NaN] = []] = await other.call('take');
  const [[left = Number.NaN] = []] = await held;
  return got - left;
}

const pair = async (): Promise<number> => {
  const [[locking = Number.NaN, unlocking = Number.NaN] = []] = await host.call('pair');
  return locking + unlocking;
};

const writersUs = await contend('write', 'write');
const readerAndWriterUs = await contend('read', 'write');
const pairs = await timePairs({ count, warmUp }, pair, bare);
const handoverUs: number[][] = [];
for (const ms of heldMs) {
  const found: number[] = [];
  for (let left = handovers; left > 0; left -= 1) found.push(await handover(ms));
  handoverUs.push(found);
}
const answer: LockAnswer = { writersUs, readerAndWriterUs, pairs, handoverUs };
redis.disconnect();
for (const one of [host, other]) await one.runtime.close();
console.log(JSON.stringify(answer));
process.exit(0);
