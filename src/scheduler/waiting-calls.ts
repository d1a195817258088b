import type { FunctionState } from './function-state.ts';
import type { PendingCall } from './pending-call.ts';

/** The waiting calls of one function, first in, first out. */
export interface CallQueue {
  readonly fn: FunctionState;
  readonly calls: PendingCall[];
}

/** Calls that wait for a thread, by function; the functions take turns. */
export class WaitingCalls {
  /** Kept while a function is: see SlotTable for why entries do not come and go. */
  readonly #queues = new WeakMap<FunctionState, CallQueue>();
  /** The queues that are not empty, in the order in which they get their turn. */
  #turns: CallQueue[] = [];
  #count = 0;

  /** Calls that wait. */
  get count(): number {
    return this.#count;
  }

  /** The queues in the order of their turns. */
  get queues(): readonly CallQueue[] {
    return this.#turns;
  }

  add(pending: PendingCall): void {
    let queue = this.#queues.get(pending.fn);
    if (queue === undefined) {
      queue = { fn: pending.fn, calls: [] };
      this.#queues.set(pending.fn, queue);
    }
    if (queue.calls.length === 0 && !this.#turns.includes(queue)) this.#turns.push(queue);
    queue.calls.push(pending);
    this.#count += 1;
  }

  /** Takes a call out, wherever in its queue it is; nothing happens when it does not wait. */
  remove(pending: PendingCall): void {
    const calls = this.#queues.get(pending.fn)?.calls ?? [];
    const at = calls.indexOf(pending);
    if (at < 0) return;
    calls.splice(at, 1);
    this.#count -= 1;
  }

  /** The first call of `queue` has got a thread. */
  shift({ calls }: CallQueue): void {
    if (calls.shift() !== undefined) this.#count -= 1;
  }

  /** Ends a round: empty queues go, and another one is the first next time, so that few places are for all in turn. */
  endRound(): void {
    this.#turns = this.#turns.filter(({ calls }) => calls.length > 0);
    const [first] = this.#turns;
    if (first !== undefined && this.#turns.length > 1) this.#turns = [...this.#turns.slice(1), first];
  }

  /** Forgets all. */
  clear(): void {
    this.#turns = [];
  }
}
