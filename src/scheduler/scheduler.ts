import type { CallResult } from '../core/call.ts';
import { CALL_SLOTS, callId, slotOf } from '../core/call-id.ts';
import { type ErrorRecord, FaasmError } from '../core/errors.ts';
import { PAGE_BYTES } from '../core/limits.ts';
import { OutputBuffer } from '../core/output-stream.ts';
import type { CallRequest, CallStatus, RunningCall } from '../core/ports.ts';
import { SlotTable } from '../core/slot-table.ts';
import { decodeReports } from '../executor/frames.ts';
import type { CallOrder, CallReport, FromThread } from '../executor/protocol.ts';
import type { FunctionState } from './function-state.ts';
import type { PendingCall } from './pending-call.ts';
import { LONG_TURN_MS, noneFree, type PlacementLimits, place, type ThreadView } from './placement.ts';
import { ResultStore } from './results.ts';
import type { PoolThread, ThreadPool } from './thread-pool.ts';

/** How often threads are looked at for work that is stuck behind a long turn. */
const LOOK_MS = 5;
const RETIRE_LOOK_MS = 1000;
/** Calls of one function that are placed before another one's are. */
const CALLS_IN_TURN = 4;

export interface SchedulerOptions {
  readonly host: string;
  readonly limits: PlacementLimits;
  /** Calls that may wait for a thread. */
  readonly queueLimit: number;
  readonly resultTtlMs: number;
  readonly resultBytes: number;
  /** Ends the guest that runs for a call, on whichever thread; false when the layer cannot. */
  readonly cancelRunning: (call: number) => boolean;
  /** The last call of a retired function version has ended. */
  readonly drained: (fn: FunctionState) => void;
}

/** The waiting calls of one function, first in, first out. */
interface CallQueue {
  readonly fn: FunctionState;
  readonly calls: PendingCall[];
}

/** Queues calls, gives them to threads, and turns what the threads report into results. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #pool: ThreadPool;
  readonly #results: ResultStore;
  readonly #pending = new SlotTable<PendingCall>();
  /** Calls that wait, by function; see SlotTable for why entries do not come and go. */
  readonly #queues = new WeakMap<FunctionState, CallQueue>();
  /** The queues that are not empty, in the order in which they get their turn. */
  #waiting: CallQueue[] = [];
  /** Calls that are to end as soon as their threads run them. */
  readonly #cancelled = new Set<number>();
  readonly #look: NodeJS.Timeout;
  #queued = 0;
  #dispatchPlanned = false;
  #lastRetireAt = 0;
  #idle: (() => void)[] = [];

  constructor(options: SchedulerOptions, pool: ThreadPool) {
    this.#options = options;
    this.#pool = pool;
    this.#results = new ResultStore({ ttlMs: options.resultTtlMs, maxBytes: options.resultBytes });
    this.#look = setInterval(() => this.#lookAtThreads(), LOOK_MS);
    this.#look.unref();
  }

  get queued(): number {
    return this.#queued;
  }

  get running(): number {
    return this.#pending.size - this.#queued;
  }

  /** Accepts a call. Throws `QUEUE_FULL`. */
  submit(request: CallRequest, fn: FunctionState, input: Uint8Array): RunningCall {
    if (this.#queued >= this.#options.queueLimit || this.#pending.size >= CALL_SLOTS) {
      throw new FaasmError(
        'QUEUE_FULL',
        `${this.#queued} calls are waiting, the most this host accepts; try again later.`,
      );
    }
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
      submittedAt: Date.now(),
      output,
      resolve: settle,
      thread: undefined,
      exclusive: false,
    };
    fn.active += 1;
    const id = callId(this.#pending.add(pending));
    pending.call = { ...request, id };
    this.#enqueue(pending);
    this.#dispatchSoon();
    return { id, output, result };
  }

  /** Throws `CALL_NOT_FOUND`. */
  status(id: number): CallStatus {
    const pending = this.#find(id);
    return pending === undefined ? this.#results.get(id, Date.now()) : { state: 'running', call: pending.call };
  }

  /** Ends a call wherever it is; false when it is not under way. */
  cancel(id: number): boolean {
    const pending = this.#find(id);
    if (pending === undefined) return false;
    if (pending.thread === undefined) {
      this.#unqueue(pending);
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
    clearInterval(this.#look);
    for (const pending of this.#pending) {
      this.#fail(pending, { code: 'SHUTTING_DOWN', message: 'The host stopped before the call ended.' });
    }
    this.#waiting = [];
  }

  /** Gives waiting calls to threads that have room, each thread's in one message. */
  dispatchAll(): void {
    if (this.#waiting.length === 0) return;
    const views = this.#pool.views(Date.now());
    this.#dispatchInTurn(views);
    this.#waiting = this.#waiting.filter(({ calls }) => calls.length > 0);
    // Another function is the first next time: where there is room for few calls, it is for those of all in turn.
    const [first] = this.#waiting;
    if (first !== undefined && this.#waiting.length > 1) this.#waiting = [...this.#waiting.slice(1), first];
    const { size } = this.#pool.threads;
    if (noneFree(views) && this.#pool.starting === 0 && size < this.#options.limits.threadsMax) this.#pool.spawn();
    for (const { handle } of this.#pool.threads.values()) handle.flush();
  }

  /** A thread ended with calls on it. */
  lost(thread: PoolThread, reason: string): void {
    const message = `The thread that ran the call ended: ${reason}. The call may be tried again.`;
    for (const pending of this.#pending) {
      if (pending.thread === thread.handle.id) this.#fail(pending, { code: 'THREAD_LOST', message });
    }
    this.dispatchAll();
  }

  /** A call that cost its thread (portable layer): unlike its neighbours it is told its own error. */
  runaway(id: number): void {
    const pending = this.#find(id);
    const message = `The call ran past its limit of ${pending?.timeoutMs} ms.`;
    if (pending !== undefined) this.#fail(pending, { code: 'TIMEOUT', message });
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
      if (message.turnMs <= LONG_TURN_MS) pending.fn.profile.observe(message.turnMs, true);
      this.#shared(thread, pending);
      this.dispatchAll();
    }
  }

  #enqueue(pending: PendingCall): void {
    let queue = this.#queues.get(pending.fn);
    if (queue === undefined) {
      queue = { fn: pending.fn, calls: [] };
      this.#queues.set(pending.fn, queue);
    }
    if (queue.calls.length === 0 && !this.#waiting.includes(queue)) this.#waiting.push(queue);
    queue.calls.push(pending);
    this.#queued += 1;
  }

  #unqueue(pending: PendingCall): void {
    const calls = this.#queues.get(pending.fn)?.calls ?? [];
    const at = calls.indexOf(pending);
    if (at < 0) return;
    calls.splice(at, 1);
    this.#queued -= 1;
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

  /** A few calls of each function at a time, so that none takes all the room there is. */
  #dispatchInTurn(views: ThreadView[]): void {
    const most = this.#waiting.length === 1 ? Number.POSITIVE_INFINITY : CALLS_IN_TURN;
    for (let given = 1; given > 0; ) {
      given = 0;
      for (const queue of this.#waiting) given += this.#dispatch(queue, views, most);
    }
  }

  /** Places up to `most` calls; answers how many. */
  #dispatch({ fn, calls }: CallQueue, views: ThreadView[], most: number): number {
    let given = 0;
    for (; given < most && calls.length > 0; given += 1) {
      const { kind } = fn.profile;
      // One call tells what the function is like; the others wait a moment for that, rather than start threads.
      if (kind === 'unknown' && fn.profile.probing(performance.now())) break;
      const placement = place(fn.profile, views, this.#pool.starting, this.#options.limits);
      if (placement === 'spawn') this.#pool.spawn();
      if (typeof placement === 'string' || !this.#give(fn, calls, placement.thread)) break;
      const view = views.find(({ id }) => id === placement.thread);
      if (view === undefined) break;
      view.assigned += 1;
      if (kind !== 'short') view.exclusive += 1;
      if (kind === 'unknown') fn.profile.probe(performance.now());
    }
    return given;
  }

  #give(fn: FunctionState, calls: PendingCall[], id: number): boolean {
    const thread = this.#pool.threads.get(id);
    const [pending] = calls;
    if (thread === undefined || pending === undefined) return false;
    const order = (slot: number): CallOrder => ({
      id: pending.call.id,
      handle: fn.spec.handle,
      slot,
      input: pending.input,
      cmdline: pending.call.cmdline ?? '',
      timeoutMs: pending.timeoutMs,
      cpuMs: pending.cpuMs,
      // Until it is suspended such a call has its thread for itself.
      report: fn.profile.kind !== 'short',
    });
    if (!thread.handle.run(fn, order)) return false;
    calls.shift();
    this.#queued -= 1;
    thread.calls += 1;
    pending.thread = id;
    pending.exclusive = fn.profile.kind !== 'short';
    if (pending.exclusive) thread.exclusive += 1;
    return true;
  }

  #ended(thread: PoolThread, report: CallReport): void {
    this.#leave(thread);
    const pending = this.#find(report.id);
    if (pending === undefined) return;
    pending.fn.profile.observe(report.longestTurnMs, report.start === 'cold' || report.start === 'fresh');
    this.#shared(thread, pending);
    for (const chunk of report.output) pending.output.push(chunk);
    this.#settle(pending, {
      id: report.id,
      status: report.error === undefined ? 'success' : 'failed',
      ...(report.returnValue === undefined ? {} : { returnValue: report.returnValue }),
      attributes: {},
      output: pending.output,
      log: report.log,
      ...(report.error === undefined ? {} : { error: report.error }),
      times: {
        submittedAt: pending.submittedAt,
        queuedMs: Math.max(0, Date.now() - pending.submittedAt - report.initMs - report.runMs),
        initMs: report.initMs,
        runMs: report.runMs,
        ...(thread.handle.layer === 'native' ? { cpuMs: report.cpuMs } : {}),
      },
      placement: { host: this.#options.host, thread: thread.handle.id },
      layer: thread.handle.layer,
      start: report.start,
      peakMemoryBytes: report.peakPages * PAGE_BYTES,
    });
  }

  /** A call that the host ends without its thread's report. */
  #fail(pending: PendingCall, error: ErrorRecord): void {
    this.#unqueue(pending);
    const thread = pending.thread === undefined ? undefined : this.#pool.threads.get(pending.thread);
    if (thread !== undefined) this.#shared(thread, pending);
    this.#settle(pending, {
      id: pending.call.id,
      status: 'failed',
      attributes: {},
      output: pending.output,
      log: new Uint8Array(0),
      error,
      times: { submittedAt: pending.submittedAt, queuedMs: Date.now() - pending.submittedAt, initMs: 0, runMs: 0 },
      placement: { host: this.#options.host, thread: pending.thread ?? 0 },
      layer: thread?.handle.layer ?? 'native',
      start: 'cold',
      peakMemoryBytes: 0,
    });
  }

  #settle(pending: PendingCall, result: CallResult): void {
    if (this.#find(pending.call.id) !== pending) return;
    this.#pending.remove(slotOf(pending.call.id));
    pending.output.end();
    this.#results.keep(pending.call, result, pending.output.sizeBytes, Date.now());
    pending.fn.active -= 1;
    if (pending.fn.retired && pending.fn.active === 0) this.#options.drained(pending.fn);
    pending.resolve(result);
    if (this.#pending.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** The call does not hold its thread alone any more. */
  #shared(thread: PoolThread, pending: PendingCall): void {
    if (pending.exclusive) thread.exclusive -= 1;
    pending.exclusive = false;
  }

  #leave(thread: PoolThread): void {
    thread.calls -= 1;
    if (thread.calls === 0) thread.idleSince = Date.now();
  }

  /** The call under way that has this id. */
  #find(id: number): PendingCall | undefined {
    const pending = this.#pending.get(slotOf(id));
    return pending?.call.id === id ? pending : undefined;
  }

  /** Takes calls back from threads that are stuck in a long turn, and looks after runaways and idle threads. */
  #lookAtThreads(): void {
    const now = Date.now();
    for (const thread of this.#pool.threads.values()) {
      const startedAt = thread.handle.board.turnStartedAt;
      if (startedAt === 0 || now - startedAt <= LONG_TURN_MS) continue;
      for (const id of thread.handle.takeBack()) this.#requeue(thread, id);
    }
    this.#pool.endRunaways(now);
    for (const id of this.#cancelled) this.#cancelAgain(id);
    this.dispatchAll();
    if (now - this.#lastRetireAt < RETIRE_LOOK_MS) return;
    this.#lastRetireAt = now;
    this.#pool.retireIdle(now);
  }

  #cancelAgain(id: number): void {
    const pending = this.#find(id);
    if (pending === undefined || pending.thread === undefined || this.#options.cancelRunning(id)) {
      this.#cancelled.delete(id);
    }
    if (pending !== undefined && pending.thread === undefined) this.cancel(id);
  }

  #requeue(thread: PoolThread, id: number): void {
    this.#leave(thread);
    const pending = this.#find(id);
    if (pending === undefined) return;
    this.#shared(thread, pending);
    pending.thread = undefined;
    this.#enqueue(pending);
  }
}
