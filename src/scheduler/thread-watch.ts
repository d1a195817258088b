import type { CallTable } from './call-table.ts';
import type { Cancellation } from './cancellation.ts';
import type { Dispatcher } from './dispatcher.ts';
import { LONG_TURN_MS } from './placement.ts';
import type { Tenants } from './tenants.ts';
import type { PoolThread, ThreadPool } from './thread-pool.ts';
import { leave, share, stick } from './thread-use.ts';
import type { WaitingCalls } from './waiting-calls.ts';

/** How often threads are looked at for work that is stuck behind a long turn. */
const LOOK_MS = 5;
const RETIRE_LOOK_MS = 1000;
/** A turn of a short function that lasts so long holds up everybody on its thread, and may go on doing so. */
const STUCK_MS = 20;
/** A turn that has lasted so long may well last longer than another thread takes to start. */
const REPLACED_AFTER_MS = 50;

/** What {@link ThreadWatch} looks at, and what it sets going. */
export interface ThreadWatchParts {
  readonly pool: Pick<ThreadPool, 'endRunaways' | 'relievePressure' | 'replace' | 'retireIdle' | 'threads'>;
  readonly calls: Pick<CallTable, 'find' | 'size'>;
  readonly waiting: Pick<WaitingCalls, 'add'>;
  readonly tenants: Pick<Tenants, 'charge'>;
  readonly cancellation: Pick<Cancellation, 'insist'>;
  readonly dispatcher: Pick<Dispatcher, 'dispatch'>;
}

/**
 * The regular look at the threads: takes calls back from those that are stuck in a long turn, and sees to runaways, to
 * cancellations that have not come through, and to idle threads.
 */
export class ThreadWatch {
  readonly #parts: ThreadWatchParts;
  readonly #timer: NodeJS.Timeout;
  #retiredAt = 0;

  /** Looks every few ms from here on, which does not keep the process alive. */
  constructor(parts: ThreadWatchParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.look(Date.now()), LOOK_MS);
    this.#timer.unref();
  }

  /** Looks no more. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /** One look, at `now` (epoch ms). */
  look(now: number): void {
    const { pool, cancellation, dispatcher } = this.#parts;
    for (const thread of pool.threads.values()) this.#lookAt(thread, now);
    pool.endRunaways(now);
    pool.relievePressure();
    cancellation.insist();
    dispatcher.dispatch();
    if (now - this.#retiredAt < RETIRE_LOOK_MS) return;
    this.#retiredAt = now;
    pool.retireIdle(now);
  }

  #lookAt(thread: PoolThread, now: number): void {
    const { calls, pool } = this.#parts;
    const { turnStartedAt, turnCall } = thread.handle.board;
    const turnMs = turnStartedAt === 0 ? 0 : now - turnStartedAt;
    const stuck = thread.stuck === undefined ? undefined : calls.find(thread.stuck);
    // Its long turn is over, but the call is not: it shares the thread again.
    if (stuck !== undefined && (turnMs === 0 || turnCall !== stuck.call.id)) share(thread, stuck);
    if (turnMs <= LONG_TURN_MS) return;
    for (const id of thread.handle.takeBack()) this.#requeue(thread, id);
    if (turnMs >= STUCK_MS) stick(thread, calls.find(turnCall));
    // Calls that come now should not have to share the priority of a long turn.
    if (turnMs >= REPLACED_AFTER_MS && calls.size > 1) pool.replace(thread, now);
  }

  /** A call that its thread has not begun is for any thread again. */
  #requeue(thread: PoolThread, id: number): void {
    const { calls, tenants, waiting } = this.#parts;
    const pending = calls.find(id);
    leave(thread, pending);
    if (pending === undefined) return;
    tenants.charge(pending.fn.tenant, -pending.chargedMs);
    pending.thread = undefined;
    waiting.add(pending);
  }
}
