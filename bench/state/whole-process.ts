// Child of the state bench: whole values that one host pushes and another one pulls, beside a bare client of the same Redis.
import { Redis } from 'ioredis';
import { childInput } from '../harness/child.ts';
import { BENCH_USER, openGuestHost, redisState } from './guest-host.ts';
import { nanoseconds, type Pairs, timePairs } from './pairs.ts';

/** What the child is asked. */
export interface WholeOrder {
  readonly file: string;
  readonly url: string;
  readonly sizes: readonly { readonly bytes: number; readonly count: number; readonly warmUp: number }[];
}

/** What it measured for one size, in nanoseconds: a push beside SET, a pull beside GET. */
export interface WholeAnswer {
  readonly push: Pairs;
  readonly pull: Pairs;
}

const BARE_KEY = 'bare';
const VALUE_KEY = 'bench-value';

const { file, url, sizes } = childInput<WholeOrder>();
const state = redisState(url);
const [writer, reader] = [await openGuestHost(file, { state }), await openGuestHost(file, { state })];
const redis = new Redis(url);
let seed = 0;

async function measure({ bytes, count, warmUp }: WholeOrder['sizes'][number]): Promise<WholeAnswer> {
  const value = Buffer.alloc(bytes, 1);
  const push = async (): Promise<number> => {
    seed += 1;
    const [[, ns = Number.NaN] = []] = await writer.call(`push ${bytes} 0 ${bytes} ${seed} 1`);
    return ns;
  };
  const pull = async (): Promise<number> => {
    // What is known is not read again.
    await push();
    const [[ns = Number.NaN] = []] = await reader.call(`pull ${bytes} ${seed}`);
    return ns;
  };
  const times = { count, warmUp };
  const answer = {
    push: await timePairs(times, push, () => nanoseconds(() => redis.set(BARE_KEY, value))),
    pull: await timePairs(times, pull, () => nanoseconds(() => redis.getBuffer(BARE_KEY))),
  };
  for (const { runtime } of [writer, reader]) await runtime.state.remove(BENCH_USER, VALUE_KEY);
  return answer;
}

const answer: WholeAnswer[] = [];
for (const size of sizes) answer.push(await measure(size));
redis.disconnect();
for (const { runtime } of [writer, reader]) await runtime.close();
console.log(JSON.stringify(answer));
process.exit(0);
