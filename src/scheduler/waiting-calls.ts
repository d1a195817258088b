import type { FunctionState } from './function-state.ts';
import type { PendingCall } from './pending-call.ts';
import type { Tenant, Tenants } from './tenants.ts';

/** The waiting calls of one function, first in, first out. */
export interface CallQueue {
  readonly fn: FunctionState;
  readonly calls: PendingCall[];
}

/** The functions of one user that have waiting calls, in the order of their turns. */
export interface TenantLine {
  readonly tenant: Tenant;
  readonly queues: CallQueue[];
}

/** Calls that wait for a thread: by user, then by function, which take turns. */
export class WaitingCalls {
  readonly #tenants: Tenants;
  /** Kept while a function is: see SlotTable for why entries do not come and go. */
  readonly #queues = new WeakMap<FunctionState, CallQueue>();
  readonly #lines = new WeakMap<Tenant, TenantLine>();
  /** The lines that are not empty. */
  #waiting: TenantLine[] = [];
  #count = 0;

  constructor(tenants: Tenants) {
    this.#tenants = tenants;
  }

  /** Calls that wait. */
  get count(): number {
    return this.#count;
  }

  /** The users that have waiting calls. */
  get lines(): readonly TenantLine[] {
    return this.#waiting;
  }

  add(pending: PendingCall): void {
    const { fn } = pending;
    let queue = this.#queues.get(fn);
    if (queue === undefined) {
      queue = { fn, calls: [] };
      this.#queues.set(fn, queue);
    }
    const line = this.#line(fn.tenant);
    if (queue.calls.length === 0 && !line.queues.includes(queue)) line.queues.push(queue);
    queue.calls.push(pending);
    fn.tenant.waiting += 1;
    this.#count += 1;
  }

  /** Takes a call out, wherever in its queue it is; nothing happens when it does not wait. */
  remove(pending: PendingCall): void {
    const calls = this.#queues.get(pending.fn)?.calls ?? [];
    const at = calls.indexOf(pending);
    if (at < 0) return;
    calls.splice(at, 1);
    this.#left(pending.fn);
  }

  /** The first call of `queue` has got a thread. */
  shift({ fn, calls }: CallQueue): void {
    if (calls.shift() !== undefined) this.#left(fn);
  }

  /** `queue` had its turn: the other functions of its user come first. */
  endTurn({ queues }: TenantLine, queue: CallQueue): void {
    queues.splice(queues.indexOf(queue), 1);
    queues.push(queue);
  }

  /** Ends a round: what is empty goes, and the user who was first is the last of those who were served alike. */
  endRound(): void {
    for (const { queues } of this.#waiting) {
      for (let at = queues.length - 1; at >= 0; at -= 1) if (queues[at]?.calls.length === 0) queues.splice(at, 1);
    }
    this.#waiting = this.#waiting.filter(({ queues }) => queues.length > 0);
    const [first] = this.#waiting;
    if (first !== undefined && this.#waiting.length > 1) this.#waiting = [...this.#waiting.slice(1), first];
  }

  /** Forgets all. */
  clear(): void {
    this.#waiting = [];
  }

  #left(fn: FunctionState): void {
    fn.tenant.waiting -= 1;
    this.#count -= 1;
  }

  #line(tenant: Tenant): TenantLine {
    let line = this.#lines.get(tenant);
    if (line === undefined) {
      line = { tenant, queues: [] };
      this.#lines.set(tenant, line);
    }
    if (!this.#waiting.includes(line)) {
      this.#waiting.push(line);
      this.#tenants.arrives(tenant);
    }
    return line;
  }
}
