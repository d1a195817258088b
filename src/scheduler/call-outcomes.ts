import type { CallResult, LayerName } from '../core/call.ts';
import type { ErrorRecord } from '../core/errors.ts';
import type { CallObserver } from '../core/observer.ts';
import type { CallReport } from '../executor/protocol.ts';
import type { Backoff } from './backoff.ts';
import { type CallPlace, failedResult, reportedResult } from './call-result.ts';
import type { CallTable } from './call-table.ts';
import type { FunctionState } from './function-state.ts';
import { learnFromReport } from './lessons.ts';
import type { PendingCall } from './pending-call.ts';
import type { ResultStore } from './results.ts';
import { retryDelayMs } from './retries.ts';
import { roomDelayMs } from './room.ts';
import type { Tenants } from './tenants.ts';
import type { PoolThread } from './thread-pool.ts';
import { leave, share } from './thread-use.ts';
import type { WaitingCalls } from './waiting-calls.ts';

/** What {@link CallOutcomes} says of the host, and to it. */
export interface CallOutcomesOptions {
  /** Id of the host. */
  readonly host: string;
  readonly layer: LayerName;
  readonly observer: CallObserver;
  /** There is no memory for a call: what is not in use should give way. */
  readonly makeRoom: () => void;
  /** The last call of a retired function version has ended. */
  readonly drained: (fn: FunctionState) => void;
}

/** Where {@link CallOutcomes} finds calls, and where it leaves them. */
export interface CallOutcomesParts {
  readonly calls: CallTable;
  readonly waiting: WaitingCalls;
  readonly backoff: Backoff;
  readonly results: ResultStore;
  readonly tenants: Tenants;
  readonly threads: ReadonlyMap<number, PoolThread>;
}

/** What becomes of calls whose attempt is over: a result, which is told to whoever waits for it, or another attempt. */
export class CallOutcomes {
  readonly #options: CallOutcomesOptions;
  readonly #parts: CallOutcomesParts;

  constructor(options: CallOutcomesOptions, parts: CallOutcomesParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** A thread reports the end of a call; nothing comes of it where the host has ended the call before. */
  reported(thread: PoolThread, report: CallReport): void {
    const { calls, tenants } = this.#parts;
    const pending = calls.find(report.id);
    const roomInMs = pending === undefined ? undefined : roomDelayMs(pending, report, Date.now());
    if (pending !== undefined && roomInMs === undefined) learnFromReport(tenants, thread, pending, report, Date.now());
    leave(thread, pending);
    if (pending === undefined) return;
    if (roomInMs !== undefined) return this.#waitForRoom(pending, roomInMs);
    if (report.error !== undefined && this.#retry(pending, report.error)) return;
    for (const chunk of report.output) pending.output.push(chunk);
    this.#settle(pending, reportedResult(pending, report, this.#place(thread, thread.handle.id), Date.now()));
  }

  /** The host ends a call, wherever it is, without a report. */
  failed(pending: PendingCall, error: ErrorRecord): void {
    const { waiting, backoff, threads } = this.#parts;
    waiting.remove(pending);
    backoff.end(pending);
    const thread = pending.thread === undefined ? undefined : threads.get(pending.thread);
    if (thread !== undefined) share(thread, pending);
    if (this.#retry(pending, error)) return;
    this.#settle(pending, failedResult(pending, error, this.#place(thread, pending.thread ?? 0), Date.now()));
  }

  /** A thread ended with calls on it. */
  lost(thread: PoolThread, reason: string): void {
    const message = `The thread that ran the call ended: ${reason}. The call may be tried again.`;
    for (const pending of this.#parts.calls) {
      if (pending.thread !== thread.handle.id) continue;
      share(thread, pending);
      this.failed(pending, { code: 'THREAD_LOST', message });
    }
  }

  /** Whether a call that failed is tried again; if so, it waits for its next attempt from here on. */
  #retry(pending: PendingCall, error: ErrorRecord): boolean {
    const delayMs = retryDelayMs(pending, error);
    if (delayMs === undefined) return false;
    pending.attempt += 1;
    this.#parts.backoff.begin(pending, delayMs, false);
    return true;
  }

  #waitForRoom(pending: PendingCall, delayMs: number): void {
    this.#options.makeRoom();
    this.#parts.backoff.begin(pending, delayMs, true);
    // What it was charged for its turn, it has not had.
    this.#parts.tenants.charge(pending.fn.tenant, -pending.chargedMs);
  }

  #settle(pending: PendingCall, result: CallResult): void {
    if (!this.#parts.calls.remove(pending)) return;
    const { call, fn, output } = pending;
    output.end();
    this.#parts.results.keep(call, result, output.sizeBytes, Date.now());
    this.#options.observer.ended(call, result, output.sizeBytes);
    if (fn.retired && fn.active === 0) this.#options.drained(fn);
    pending.resolve(result);
  }

  #place(thread: PoolThread | undefined, id: number): CallPlace {
    return { host: this.#options.host, thread: id, layer: thread?.handle.layer ?? this.#options.layer };
  }
}
