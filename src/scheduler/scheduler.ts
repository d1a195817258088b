import type { CallResult } from '../core/call.ts';
import { FaasmError } from '../core/errors.ts';
import type { CallFilter, CallRequest, CallStatus, RunningCall } from '../core/ports.ts';
import { TURN_END, type TurnEnd } from '../core/turn-end.ts';
import { killError } from '../executor/call-end.ts';
import { decodeReports } from '../executor/frames.ts';
import type { FromThread } from '../executor/protocol.ts';
import { type AdmissionLimits, checkAdmission } from './admission.ts';
import { Backoff } from './backoff.ts';
import { listCalls, pendingStatus } from './call-listing.ts';
import { CallOutcomes, type CallOutcomesOptions } from './call-outcomes.ts';
import { CallTable } from './call-table.ts';
import { Cancellation } from './cancellation.ts';
import { Dispatcher } from './dispatcher.ts';
import type { FunctionState } from './function-state.ts';
import { IdempotencyKeys } from './idempotency.ts';
import { learnFromFirstTurn } from './lessons.ts';
import { type PendingCall, pendingCall } from './pending-call.ts';
import type { PlacementLimits } from './placement.ts';
import { ResultStore } from './results.ts';
import type { Tenants } from './tenants.ts';
import type { PoolThread, ThreadPool } from './thread-pool.ts';
import { share } from './thread-use.ts';
import { ThreadWatch } from './thread-watch.ts';
import { within } from './time-limit.ts';
import { WaitingCalls } from './waiting-calls.ts';

/** What {@link Scheduler} is set up with. */
export interface SchedulerOptions extends AdmissionLimits, CallOutcomesOptions {
  readonly limits: PlacementLimits;
  readonly tenants: Tenants;
  readonly resultTtlMs: number;
  readonly resultBytes: number;
  /** See Telemetry.childOf. */
  readonly childOf: (traceparent: string | undefined) => string;
  /** Ends the guest that runs for a call, on whichever thread; false when there is none, or the layer cannot. */
  readonly cancelRunning: (call: number) => boolean;
}

/** Accepts calls, has them placed on threads, answers what is asked about them, and hears what threads say of them. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #calls: CallTable;
  readonly #waiting: WaitingCalls;
  readonly #backoff: Backoff;
  readonly #dispatcher: Dispatcher;
  readonly #results: ResultStore;
  readonly #outcomes: CallOutcomes;
  readonly #cancellation: Cancellation;
  readonly #watch: ThreadWatch;
  readonly #idempotency: IdempotencyKeys;

  /** Looks after the threads of `pool`, which the host owns, until it is closed. */
  constructor(options: SchedulerOptions, pool: ThreadPool) {
    const { tenants, resultTtlMs: ttlMs, cancelRunning } = options;
    const { threads } = pool;
    const calls = new CallTable(tenants);
    const waiting = new WaitingCalls(tenants);
    const dispatcher = new Dispatcher(waiting, tenants, pool, options.limits);
    const backoff = new Backoff((pending) => {
      waiting.add(pending);
      dispatcher.dispatch();
    });
    const results = new ResultStore({ ttlMs, maxBytes: options.resultBytes });
    const outcomes = new CallOutcomes(options, { calls, waiting, backoff, results, tenants, threads });
    const cancellation = new Cancellation({ calls, outcomes, threads, cancelRunning });
    this.#options = options;
    this.#calls = calls;
    this.#waiting = waiting;
    this.#backoff = backoff;
    this.#dispatcher = dispatcher;
    this.#results = results;
    this.#outcomes = outcomes;
    this.#cancellation = cancellation;
    this.#watch = new ThreadWatch({ pool, calls, waiting, tenants, cancellation, dispatcher });
    this.#idempotency = new IdempotencyKeys(ttlMs);
  }

  /** Calls that wait for a thread, or to be tried again. */
  get queued(): number {
    return this.#waiting.count + this.#backoff.count;
  }

  /** Calls that threads have. */
  get running(): number {
    return this.#calls.size - this.queued;
  }

  /**
   * Accepts a call, or answers the one that came with the same idempotency key before. Throws `QUEUE_FULL`,
   * `CONCURRENCY_LIMIT`; `BAD_REQUEST` and `RESULT_NOT_KEPT` for the key.
   */
  submit(request: CallRequest, fn: FunctionState, input: Uint8Array): RunningCall {
    const now = Date.now();
    const earlier = this.#idempotency.find(request, input, now);
    if (earlier !== undefined) return this.#again(earlier, now);
    checkAdmission(fn, this.#options, { queued: this.queued, active: this.#calls.size });
    const pending = pendingCall(request, fn, input, this.#options.childOf(request.traceparent), now);
    this.#calls.add(pending);
    this.#idempotency.claim(request, input, pending.call.id, now);
    this.#waiting.add(pending);
    this.#dispatcher.dispatchSoon();
    return runningCall(pending);
  }

  /** Throws `CALL_NOT_FOUND`. */
  status(id: number): CallStatus {
    const pending = this.#calls.find(id);
    return pending === undefined ? this.#results.get(id, Date.now()) : pendingStatus(pending);
  }

  /** See Runtime.wait. */
  async wait(id: number, waitMs: number, signal?: AbortSignal): Promise<CallResult | undefined> {
    const pending = this.#calls.find(id);
    if (pending === undefined) return this.#results.get(id, Date.now()).result;
    return within(pending.result, waitMs, signal);
  }

  /** Calls under way and ended ones that are kept, newest first. */
  calls(filter: CallFilter): CallStatus[] {
    return listCalls([...[...this.#calls].map(pendingStatus), ...this.#results.all(Date.now())], filter);
  }

  /** Ends a call wherever it is; false when it is not under way. */
  cancel(id: number): boolean {
    const pending = this.#calls.find(id);
    if (pending === undefined) return false;
    this.#cancellation.cancel(pending);
    return true;
  }

  /** Resolves to true when no call is under way, to false when `graceMs` ran out first. */
  drained(graceMs: number): Promise<boolean> {
    return this.#calls.drained(graceMs);
  }

  /** Ends what is left, with `SHUTTING_DOWN`, and stops looking after threads. */
  close(): void {
    this.#watch.stop();
    for (const pending of this.#calls) {
      this.#outcomes.failed(pending, { code: 'SHUTTING_DOWN', message: 'The host stopped before the call ended.' });
    }
    this.#waiting.clear();
  }

  /** Gives waiting calls to threads that have room. */
  dispatchAll(): void {
    this.#dispatcher.dispatch();
  }

  /** A thread ended with calls on it. */
  lost(thread: PoolThread, reason: string): void {
    this.#outcomes.lost(thread, reason);
    this.#dispatcher.dispatch();
  }

  /** A call that cost its thread (portable layer): unlike its neighbours it is told its own error. */
  runaway(id: number, end: TurnEnd): void {
    const pending = this.#calls.find(id);
    if (pending === undefined) return;
    if (end !== TURN_END.cancelled) this.#options.tenants.distrust(pending.fn.tenant, Date.now());
    this.#outcomes.failed(pending, killError(end, pending));
  }

  /** What a thread says about calls; other messages are not the scheduler's. */
  message(thread: PoolThread, message: FromThread): void {
    if (message.kind === 'done') {
      for (const report of decodeReports(message.frame)) this.#outcomes.reported(thread, report);
      this.#dispatcher.dispatch();
    } else if (message.kind === 'output') {
      const output = this.#calls.find(message.call)?.output;
      for (const chunk of message.chunks) output?.push(chunk);
    } else if (message.kind === 'suspended') {
      const pending = this.#calls.find(message.call);
      if (pending === undefined) return;
      learnFromFirstTurn(pending, message.turnMs);
      share(thread, pending);
      this.#dispatcher.dispatch();
    }
  }

  /** The call that came with the same idempotency key before. */
  #again(id: number, now: number): RunningCall {
    const pending = this.#calls.find(id);
    if (pending !== undefined) return runningCall(pending);
    try {
      const { result } = this.#results.get(id, now);
      return { id, traceparent: result.traceparent, output: result.output, result: Promise.resolve(result) };
    } catch (cause) {
      const message = `The call with this idempotency key, ${id}, has ended and its result is not kept any more.`;
      throw new FaasmError('RESULT_NOT_KEPT', message, cause);
    }
  }
}

/** What the caller of an accepted call gets. */
function runningCall({ call, traceparent, output, result }: PendingCall): RunningCall {
  return { id: call.id, traceparent, output, result };
}
