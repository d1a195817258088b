import type { CallOrder } from '../executor/protocol.ts';
import type { FunctionState } from './function-state.ts';
import type { PendingCall } from './pending-call.ts';
import { type FunctionKind, noneFree, type PlacementLimits, place, type ThreadView } from './placement.ts';
import type { Tenants } from './tenants.ts';
import type { PoolThread, ThreadPool } from './thread-pool.ts';
import { enter } from './thread-use.ts';
import type { CallQueue, TenantLine, WaitingCalls } from './waiting-calls.ts';

/** Calls of one function that are placed before another one's are. */
const CALLS_IN_TURN = 4;

/** Gives waiting calls to threads that have room. */
export class Dispatcher {
  readonly #waiting: WaitingCalls;
  readonly #tenants: Tenants;
  readonly #pool: ThreadPool;
  readonly #limits: PlacementLimits;
  #planned = false;

  constructor(waiting: WaitingCalls, tenants: Tenants, pool: ThreadPool, limits: PlacementLimits) {
    this.#waiting = waiting;
    this.#tenants = tenants;
    this.#pool = pool;
    this.#limits = limits;
  }

  /** Dispatches in a moment: all calls that come in one turn of the event loop are placed together. */
  dispatchSoon(): void {
    if (this.#planned) return;
    this.#planned = true;
    setImmediate(() => {
      this.#planned = false;
      this.dispatch();
    });
  }

  /** Gives all that it can, each thread's in one message. */
  dispatch(): void {
    if (this.#waiting.lines.length === 0) return;
    const views = this.#pool.views(Date.now());
    this.#inTurn(views);
    this.#waiting.endRound();
    const { size } = this.#pool.threads;
    if (noneFree(views) && this.#pool.starting === 0 && size < this.#limits.threadsMax) this.#pool.spawn();
    for (const { handle } of this.#pool.threads.values()) handle.flush();
  }

  /** A few calls at a time: of the user whose calls have had the least CPU time, of its functions in turn. */
  #inTurn(views: ThreadView[]): void {
    const lines = [...this.#waiting.lines];
    const alone = lines.length === 1;
    while (lines.length > 0) {
      const at = leastServed(lines);
      const line = lines[at] as TenantLine;
      this.#tenants.turn(line.tenant);
      if (!this.#dispatchLine(line, views, alone)) lines.splice(at, 1);
    }
  }

  /** Gives calls of one function of a user to threads; false when none of its functions has a call with a place. */
  #dispatchLine(line: TenantLine, views: ThreadView[], alone: boolean): boolean {
    const most = alone && line.queues.length === 1 ? Number.POSITIVE_INFINITY : CALLS_IN_TURN;
    for (const queue of [...line.queues]) {
      if (this.#dispatchQueue(queue, views, most) === 0) continue;
      this.#waiting.endTurn(line, queue);
      return true;
    }
    return false;
  }

  /** Places up to `most` calls; answers how many. */
  #dispatchQueue(queue: CallQueue, views: ThreadView[], most: number): number {
    const { profile, tenant } = queue.fn;
    let given = 0;
    for (; given < most; given += 1) {
      const [pending] = queue.calls;
      // One call tells what the function is like; the others wait a moment for that, rather than start threads.
      if (pending === undefined || (profile.kind === 'unknown' && profile.probing(performance.now()))) break;
      const kind = this.#kindOf(queue.fn);
      const candidate = { user: tenant.user, kind, turnMs: profile.turnMs, held: tenant.exclusive };
      const placement = place(candidate, views, this.#pool.starting, this.#limits);
      if (placement === 'spawn') this.#pool.spawn();
      if (typeof placement === 'string') break;
      const view = views.find(({ id }) => id === placement.thread);
      const thread = this.#pool.threads.get(placement.thread);
      if (view === undefined || thread === undefined || !this.#give(pending, thread, kind !== 'short')) break;
      this.#waiting.shift(queue);
      view.assigned += 1;
      view.workMs += profile.turnMs;
      if (kind !== 'short') view.exclusive += 1;
      if (profile.kind === 'unknown') profile.probe(performance.now());
    }
    return given;
  }

  /** What the function of a user who held up others is like is not known, whatever it was like before. */
  #kindOf({ profile, tenant }: FunctionState): FunctionKind {
    if (profile.kind !== 'short') return profile.kind;
    return this.#tenants.isDistrusted(tenant, Date.now()) ? 'unknown' : 'short';
  }

  /** False when the thread has no slot for it. */
  #give(pending: PendingCall, thread: PoolThread, exclusive: boolean): boolean {
    const { fn } = pending;
    const order = (slot: number): CallOrder => ({
      id: pending.call.id,
      handle: fn.spec.handle,
      slot,
      input: pending.input,
      cmdline: pending.call.cmdline ?? '',
      timeoutMs: pending.timeoutMs,
      cpuMs: pending.cpuMs,
      // Until it is suspended such a call has its thread for itself.
      report: exclusive,
    });
    if (!thread.handle.run(fn, order)) return false;
    enter(thread, pending, exclusive);
    this.#tenants.charge(fn.tenant, pending.chargedMs);
    return true;
  }
}

/** Index of the user whose calls had the least CPU time; of equals the first. */
function leastServed(lines: readonly TenantLine[]): number {
  let best = 0;
  for (const [at, { tenant }] of lines.entries()) {
    if (tenant.servedMs < (lines[best]?.tenant.servedMs ?? 0)) best = at;
  }
  return best;
}
