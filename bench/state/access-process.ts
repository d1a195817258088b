// Child of the state bench: calls the guest of access.c in a host of its own.
import { childInput } from '../harness/child.ts';
import { BENCH_USER, openGuestHost } from './guest-host.ts';

/** What the child is asked: inputs of calls, one after the other. */
export interface AccessOrder {
  readonly file: string;
  readonly inputs: readonly string[];
}

const { file, inputs } = childInput<AccessOrder>();
const host = await openGuestHost(file);

/** Nanoseconds as the guest prints them, by input, line and column. */
const answer: number[][][] = [];
for (const input of inputs) {
  answer.push(await host.call(input));
  // Each value is of another size.
  await host.runtime.state.remove(BENCH_USER, 'bench-value');
}
await host.runtime.close();
console.log(JSON.stringify(answer));
process.exit(0);
