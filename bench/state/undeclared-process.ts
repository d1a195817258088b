// Child of the state bench: pushes that have to find what a function has changed in a large value, beside memcmp.
import { childInput } from '../harness/child.ts';
import { nanoseconds, type Pairs, timePairs } from './pairs.ts';
import { type HostMemory, openPartHost, type PartOrder } from './part-host.ts';

/** What it measured. Times in nanoseconds. */
export interface UndeclaredAnswer {
  /** A push, and memcmp of as many bytes as the value has. */
  readonly push: Pairs;
  /** memcpy of as many. */
  readonly copy: readonly number[];
  readonly memory: HostMemory;
}

const order = childInput<PartOrder>();
const host = await openPartHost(order, false);
const memory = await host.memory();
const [a, b] = [Buffer.alloc(order.valueBytes, 1), Buffer.alloc(order.valueBytes, 1)];
const push = await timePairs(
  order,
  async (round) => (await host.push(round)).pushNs,
  () => nanoseconds(() => a.compare(b)),
);
const copy: number[] = [];
for (let left = order.count; left > 0; left -= 1) copy.push(await nanoseconds(() => a.set(b)));
const answer: UndeclaredAnswer = { push, copy, memory };
await host.runtime.close();
console.log(JSON.stringify(answer));
process.exit(0);
