import type { CallResult, LayerName } from '../core/call.ts';
import { callId, slotOf } from '../core/call-id.ts';
import { type ErrorRecord, FaasmError } from '../core/errors.ts';
import type { CallObserver } from '../core/observer.ts';
import { OutputBuffer } from '../core/output-stream.ts';
import type { CallFilter, CallRequest, CallStatus, RunningCall } from '../core/ports.ts';
import { SlotTable } from '../core/slot-table.ts';
import { TURN_END, type TurnEnd } from '../core/turn-end.ts';
import { killError } from '../executor/call-end.ts';
import { decodeReports } from '../executor/frames.ts';
import type { CallReport, FromThread } from '../executor/protocol.ts';
import { type AdmissionLimits, checkAdmission } from './admission.ts';
import { listCalls, pendingStatus } from './call-listing.ts';
import { type CallPlace, failedResult, reportedResult } from './call-result.ts';
import { Dispatcher } from './dispatcher.ts';
import type { FunctionState } from './function-state.ts';
import { IdempotencyKeys } from './idempotency.ts';
import type { PendingCall } from './pending-call.ts';
import { LONG_TURN_MS, type PlacementLimits } from './placement.ts';
import { ResultStore } from './results.ts';
import { retryDelayMs } from './retries.ts';
import { roomDelayMs } from './room.ts';
import type { Tenants } from './tenants.ts';
import type { PoolThread, ThreadPool } from './thread-pool.ts';
import { heldUpOthers, leave, share, stick } from './thread-use.ts';
import { WaitingCalls } from './waiting-calls.ts';

/** How often threads are looked at for work that is stuck behind a long turn. */
const LOOK_MS = 5;
const RETIRE_LOOK_MS = 1000;
/** A turn of a short function that lasts so long holds up everybody on its thread, and may go on doing so. */
const STUCK_MS = 20;
/** CPU time of a turn that nobody takes for a short one that had bad luck. */
const FRAUD_MS = 50;
/** A turn that has lasted so long may well last longer than another thread takes to start. */
const REPLACED_AFTER_MS = 50;

export interface SchedulerOptions extends AdmissionLimits {
  readonly host: string;
  readonly layer: LayerName;
  readonly limits: PlacementLimits;
  readonly tenants: Tenants;
  readonly resultTtlMs: number;
  readonly resultBytes: number;
  readonly observer: CallObserver;
  /** See Telemetry.childOf. */
  readonly childOf: (traceparent: string | undefined) => string;
  /** Ends the guest that runs for a call, on whichever thread; false when the layer cannot. */
  readonly cancelRunning: (call: number) => boolean;
  /** There is no memory for a call: what is not in use should give way. */
  readonly makeRoom: () => void;
  /** The last call of a retired function version has ended. */
  readonly drained: (fn: FunctionState) => void;
}

/** Queues calls, gives them to threads, and turns what the threads report into results. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #pool: ThreadPool;
  readonly #results: ResultStore;
  readonly #idempotency: IdempotencyKeys;
  readonly #pending = new SlotTable<PendingCall>();
  readonly #tenants: Tenants;
  readonly #waiting: WaitingCalls;
  readonly #dispatcher: Dispatcher;
  /** Calls that are to end as soon as their threads run them. */
  readonly #cancelled = new Set<number>();
  readonly #look: NodeJS.Timeout;
  /** Calls that wait to be tried again. */
  #backingOff = 0;
  #dispatchPlanned = false;
  #closed = false;
  #lastRetireAt = 0;
  #idle: (() => void)[] = [];

  constructor(options: SchedulerOptions, pool: ThreadPool) {
    this.#options = options;
    this.#pool = pool;
    this.#tenants = options.tenants;
    this.#waiting = new WaitingCalls(options.tenants);
    this.#dispatcher = new Dispatcher(this.#waiting, options.tenants, pool, options.limits);
    this.#idempotency = new IdempotencyKeys(options.resultTtlMs);
    this.#results = new ResultStore({ ttlMs: options.resultTtlMs, maxBytes: options.resultBytes });
    this.#look = setInterval(() => this.#lookAtThreads(), LOOK_MS);
    this.#look.unref();
  }

  get queued(): number {
    return this.#waiting.count + this.#backingOff;
  }

  get running(): number {
    return this.#pending.size - this.queued;
  }

  /**
   * Accepts a call, or answers the one that came with the same idempotency key before. Throws `QUEUE_FULL`,
   * `CONCURRENCY_LIMIT`; `BAD_REQUEST` and `RESULT_NOT_KEPT` for the key.
   */
  submit(request: CallRequest, fn: FunctionState, input: Uint8Array): RunningCall {
    const now = Date.now();
    const earlier = this.#idempotency.find(request, input, now);
    if (earlier !== undefined) return this.#again(earlier, now);
    checkAdmission(fn, this.#options, { queued: this.queued, active: this.#pending.size });
    const { limits } = fn.spec;
    const output = new OutputBuffer();
    let settle: PendingCall['resolve'] = () => undefined;
    const result = new Promise<CallResult>((resolve) => {
      settle = resolve;
    });
    const pending: PendingCall = {
      call: { ...request, id: 0 },
      fn,
      input,
      timeoutMs: Math.min(limits.timeoutMs, request.timeoutMs ?? Number.POSITIVE_INFINITY),
      cpuMs: Math.min(limits.cpuMs, request.cpuMs ?? Number.POSITIVE_INFINITY),
      submittedAt: now,
      traceparent: this.#options.childOf(request.traceparent),
      output,
      result,
      resolve: settle,
      attempt: 1,
      refusedAt: undefined,
      backoff: undefined,
      thread: undefined,
      exclusive: false,
      chargedMs: 0,
    };
    fn.active += 1;
    this.#tenants.began(fn.tenant);
    const id = callId(this.#pending.add(pending));
    pending.call = { ...request, id };
    this.#idempotency.claim(request, input, id, now);
    this.#waiting.add(pending);
    this.#dispatchSoon();
    return { id, traceparent: pending.traceparent, output, result };
  }

  /** Throws `CALL_NOT_FOUND`. */
  status(id: number): CallStatus {
    const pending = this.#find(id);
    return pending === undefined ? this.#results.get(id, Date.now()) : pendingStatus(pending);
  }

  /** See Runtime.wait. */
  async wait(id: number, waitMs: number, signal?: AbortSignal): Promise<CallResult | undefined> {
    const pending = this.#find(id);
    if (pending === undefined) return this.#results.get(id, Date.now()).result;
    if (signal?.aborted === true) return undefined;
    let stop = (): void => undefined;
    const over = new Promise<undefined>((resolve) => {
      stop = () => resolve(undefined);
    });
    const timer = setTimeout(stop, waitMs);
    signal?.addEventListener('abort', stop);
    try {
      return await Promise.race([pending.result, over]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    }
  }

  /** Calls under way and ended ones that are kept, newest first. */
  calls(filter: CallFilter): CallStatus[] {
    return listCalls([...[...this.#pending].map(pendingStatus), ...this.#results.all(Date.now())], filter);
  }

  /** Ends a call wherever it is; false when it is not under way. */
  cancel(id: number): boolean {
    const pending = this.#find(id);
    if (pending === undefined) return false;
    if (pending.thread === undefined) {
      this.#fail(pending, { code: 'CANCELLED', message: 'The call was cancelled before it began.' });
    } else if (!this.#options.cancelRunning(id)) {
      this.#pool.threads.get(pending.thread)?.handle.post({ kind: 'cancel', call: id });
      // Its thread may begin it, or be relieved of it, before it reads the message.
      this.#cancelled.add(id);
    }
    return true;
  }

  /** Resolves when no call is under way; false when `graceMs` ran out first. */
  async drained(graceMs: number): Promise<boolean> {
    if (this.#pending.size === 0) return true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), graceMs);
    });
    const done = new Promise<boolean>((resolve) => this.#idle.push(() => resolve(true)));
    const result = await Promise.race([done, late]);
    clearTimeout(timer);
    return result;
  }

  /** Ends what is left, with `SHUTTING_DOWN`, and stops looking after threads. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#look);
    for (const pending of this.#pending) {
      this.#fail(pending, { code: 'SHUTTING_DOWN', message: 'The host stopped before the call ended.' });
    }
    this.#waiting.clear();
  }

  /** Gives waiting calls to threads that have room. */
  dispatchAll(): void {
    this.#dispatcher.dispatch();
  }

  /** A thread ended with calls on it. */
  lost(thread: PoolThread, reason: string): void {
    const message = `The thread that ran the call ended: ${reason}. The call may be tried again.`;
    for (const pending of this.#pending) {
      if (pending.thread !== thread.handle.id) continue;
      share(thread, pending);
      this.#fail(pending, { code: 'THREAD_LOST', message });
    }
    this.dispatchAll();
  }

  /** A call that cost its thread (portable layer): unlike its neighbours it is told its own error. */
  runaway(id: number, end: TurnEnd): void {
    const pending = this.#find(id);
    if (pending === undefined) return;
    if (end !== TURN_END.cancelled) this.#tenants.distrust(pending.fn.tenant, Date.now());
    this.#fail(pending, killError(end, pending));
  }

  /** What a thread says about calls; other messages are not the scheduler's. */
  message(thread: PoolThread, message: FromThread): void {
    if (message.kind === 'done') {
      for (const report of decodeReports(message.frame)) this.#ended(thread, report);
      this.dispatchAll();
    } else if (message.kind === 'output') {
      const output = this.#find(message.call)?.output;
      for (const chunk of message.chunks) output?.push(chunk);
    } else if (message.kind === 'suspended') {
      const pending = this.#find(message.call);
      if (pending === undefined) return;
      // A slow first turn may have been compilation: only a quick one says something.
      if (message.turnMs <= LONG_TURN_MS) pending.fn.profile.observe(message.turnMs, 'cold');
      share(thread, pending);
      this.dispatchAll();
    }
  }

  /** All calls that come in one turn of the event loop are placed together. */
  #dispatchSoon(): void {
    if (this.#dispatchPlanned) return;
    this.#dispatchPlanned = true;
    setImmediate(() => {
      this.#dispatchPlanned = false;
      this.dispatchAll();
    });
  }

  #ended(thread: PoolThread, report: CallReport): void {
    const pending = this.#find(report.id);
    const roomInMs = pending === undefined ? undefined : roomDelayMs(pending, report, Date.now());
    if (pending !== undefined && roomInMs === undefined) this.#learn(thread, pending, report);
    leave(thread, pending);
    if (pending === undefined) return;
    if (roomInMs !== undefined) return this.#waitForRoom(pending, roomInMs);
    if (report.error !== undefined && this.#retry(pending, report.error)) return;
    for (const chunk of report.output) pending.output.push(chunk);
    this.#settle(pending, reportedResult(pending, report, this.#place(thread, thread.handle.id), Date.now()));
  }

  /** What the report of a call says of its function and its user. */
  #learn(thread: PoolThread, pending: PendingCall, report: CallReport): void {
    const { fn, chargedMs } = pending;
    const { profile, tenant } = fn;
    const { longestTurnMs, start } = report;
    if (profile.kind === 'short' && heldUpOthers(thread, pending) && start !== 'cold' && longestTurnMs >= FRAUD_MS) {
      this.#tenants.distrust(tenant, Date.now());
    }
    profile.observe(longestTurnMs, start);
    // CPU time is not known everywhere; the longest turn always is.
    this.#tenants.charge(tenant, Math.max(report.cpuMs, longestTurnMs) - chargedMs);
  }

  /** A call that the host ends without its thread's report. */
  #fail(pending: PendingCall, error: ErrorRecord): void {
    this.#waiting.remove(pending);
    this.#endBackoff(pending);
    const thread = pending.thread === undefined ? undefined : this.#pool.threads.get(pending.thread);
    if (thread !== undefined) share(thread, pending);
    if (this.#retry(pending, error)) return;
    this.#settle(pending, failedResult(pending, error, this.#place(thread, pending.thread ?? 0), Date.now()));
  }

  #place(thread: PoolThread | undefined, id: number): CallPlace {
    return { host: this.#options.host, thread: id, layer: thread?.handle.layer ?? this.#options.layer };
  }

  #settle(pending: PendingCall, result: CallResult): void {
    if (this.#find(pending.call.id) !== pending) return;
    this.#pending.remove(slotOf(pending.call.id));
    pending.output.end();
    this.#results.keep(pending.call, result, pending.output.sizeBytes, Date.now());
    this.#options.observer.ended(pending.call, result, pending.output.sizeBytes);
    pending.fn.active -= 1;
    this.#tenants.ended(pending.fn.tenant);
    if (pending.fn.retired && pending.fn.active === 0) this.#options.drained(pending.fn);
    pending.resolve(result);
    if (this.#pending.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Whether a call that failed is tried again; if so, it waits for its next attempt from here on. */
  #retry(pending: PendingCall, error: ErrorRecord): boolean {
    const delayMs = this.#closed ? undefined : retryDelayMs(pending, error);
    if (delayMs === undefined) return false;
    pending.attempt += 1;
    this.#backOff(pending, delayMs);
    return true;
  }

  #waitForRoom(pending: PendingCall, delayMs: number): void {
    this.#options.makeRoom();
    const { tenant } = pending.fn;
    tenant.roomless += 1;
    this.#backOff(pending, delayMs, () => {
      tenant.roomless -= 1;
    });
    // What it was charged for its turn, it has not had.
    this.#tenants.charge(tenant, -pending.chargedMs);
  }

  /** The call waits, and is for any thread then; `over`: when it waits no more, for whatever reason. */
  #backOff(pending: PendingCall, delayMs: number, over: () => void = () => undefined): void {
    pending.thread = undefined;
    this.#cancelled.delete(pending.call.id);
    this.#backingOff += 1;
    pending.fn.tenant.waiting += 1;
    const timer = setTimeout(() => {
      this.#endBackoff(pending);
      this.#waiting.add(pending);
      this.dispatchAll();
    }, delayMs);
    pending.backoff = { timer, over };
  }

  #endBackoff(pending: PendingCall): void {
    if (pending.backoff === undefined) return;
    clearTimeout(pending.backoff.timer);
    pending.backoff.over();
    pending.backoff = undefined;
    this.#backingOff -= 1;
    pending.fn.tenant.waiting -= 1;
  }

  /** The call that came with the same idempotency key before. */
  #again(id: number, now: number): RunningCall {
    const pending = this.#find(id);
    if (pending !== undefined) {
      const { traceparent, output, result } = pending;
      return { id, traceparent, output, result };
    }
    try {
      const { result } = this.#results.get(id, now);
      return { id, traceparent: result.traceparent, output: result.output, result: Promise.resolve(result) };
    } catch (cause) {
      const message = `The call with this idempotency key, ${id}, has ended and its result is not kept any more.`;
      throw new FaasmError('RESULT_NOT_KEPT', message, cause);
    }
  }

  /** The call under way that has this id. */
  #find(id: number): PendingCall | undefined {
    const pending = this.#pending.get(slotOf(id));
    return pending?.call.id === id ? pending : undefined;
  }

  /** Takes calls back from threads that are stuck in a long turn, and looks after runaways and idle threads. */
  #lookAtThreads(): void {
    const now = Date.now();
    for (const thread of this.#pool.threads.values()) this.#lookAt(thread, now);
    this.#pool.endRunaways(now);
    this.#pool.relievePressure();
    for (const id of this.#cancelled) this.#cancelAgain(id);
    this.dispatchAll();
    if (now - this.#lastRetireAt < RETIRE_LOOK_MS) return;
    this.#lastRetireAt = now;
    this.#pool.retireIdle(now);
  }

  #lookAt(thread: PoolThread, now: number): void {
    const { turnStartedAt, turnCall } = thread.handle.board;
    const turnMs = turnStartedAt === 0 ? 0 : now - turnStartedAt;
    const stuck = thread.stuck === undefined ? undefined : this.#find(thread.stuck);
    // Its long turn is over, but the call is not: it shares the thread again.
    if (stuck !== undefined && (turnMs === 0 || turnCall !== stuck.call.id)) share(thread, stuck);
    if (turnMs <= LONG_TURN_MS) return;
    for (const id of thread.handle.takeBack()) this.#requeue(thread, id);
    if (turnMs >= STUCK_MS) stick(thread, this.#find(turnCall));
    if (turnMs >= REPLACED_AFTER_MS) this.#replace(thread, now);
  }

  /** Calls that come now should not have to share the priority of a long turn. */
  #replace(thread: PoolThread, now: number): void {
    if (this.#pending.size > 1) this.#pool.replace(thread, now);
  }

  #cancelAgain(id: number): void {
    const pending = this.#find(id);
    if (pending === undefined || pending.thread === undefined || this.#options.cancelRunning(id)) {
      this.#cancelled.delete(id);
    }
    if (pending !== undefined && pending.thread === undefined) this.cancel(id);
  }

  #requeue(thread: PoolThread, id: number): void {
    const pending = this.#find(id);
    leave(thread, pending);
    if (pending === undefined) return;
    this.#tenants.charge(pending.fn.tenant, -pending.chargedMs);
    pending.thread = undefined;
    this.#waiting.add(pending);
  }
}
