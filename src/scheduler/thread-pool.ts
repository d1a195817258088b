import type { Budget, Resource } from '../core/budget.ts';
import { FaasmError } from '../core/errors.ts';
import type { TurnEnd } from '../core/turn-end.ts';
import { UserCounts } from '../core/user-counts.ts';
import { STEPS_BACK, standBack } from '../executor/priority.ts';
import type { FromThread } from '../executor/protocol.ts';
import { type ThreadChoices, ThreadHandle } from '../executor/thread-handle.ts';
import type { ThreadView } from './placement.ts';
import { within } from './time-limit.ts';

/** Idle threads beyond the base are ended after this long. */
const RETIRE_AFTER_MS = 10_000;
/** Threads that have not ended so long after they were told are in code that nothing interrupts. */
const END_MS = 5000;
/** Beyond this share of the budget in use, idle Faaslets give theirs back. */
const PRESSURE = 0.8;
/** Starting a thread costs as much as a thousand short calls: functions shall not make the host do that all the time. */
const REPLACE_MS = 1_000;

/** A thread and what the scheduler has given it. */
export interface PoolThread {
  readonly handle: ThreadHandle;
  /** One of those that are kept, as opposed to those that come and go. */
  base: boolean;
  /** Calls given to it that have not ended. */
  calls: number;
  exclusive: number;
  /** What the turns of its calls take, as far as that is known. */
  workMs: number;
  /** Its calls by user. */
  readonly users: UserCounts;
  /** The call of a short function that holds up all others here, while it does. */
  stuck: number | undefined;
  idleSince: number;
}

/** Told what becomes of the threads of a pool. */
export interface ThreadPoolEvents {
  /** A thread has started, and takes calls. */
  ready(thread: PoolThread): void;
  message(thread: PoolThread, message: FromThread): void;
  /** A thread is gone, for whatever reason. */
  gone(thread: PoolThread): void;
  /** A thread ended with calls on it. */
  lost(thread: PoolThread, reason: string): void;
  /** The portable layer's only means against a runaway: its thread is about to end, and with it the neighbours. */
  runaway(call: number, end: TurnEnd): void;
}

/** The worker threads: started on demand, retired when idle, replaced when lost. */
export class ThreadPool {
  /** Those that are kept first. */
  readonly threads = new Map<number, PoolThread>();
  readonly #settings: Omit<ThreadChoices, 'stepsBack'>;
  readonly #budget: Budget;
  readonly #baseThreads: number;
  /** Most threads, those that were replaced included. */
  readonly #threadsMax: number;
  #events: ThreadPoolEvents | undefined;
  #nextId = 1;
  #starting = 0;
  /** Threads that are kept, those that start included. */
  #bases = 0;
  /** When as many threads as are kept may be replaced at once again. */
  #restedAt = 0;
  #closing = false;
  /** Why the last thread could not start, if it could not. */
  #failure: string | undefined;
  /** Whom to tell when a thread is ready or gone. */
  #changed: (() => void)[] = [];

  /** `baseThreads`: how many are kept; `threadsMax`: how many there may be, those that were replaced included. */
  constructor(
    settings: Omit<ThreadChoices, 'stepsBack'>,
    options: { readonly budget: Budget; readonly baseThreads: number; readonly threadsMax: number },
  ) {
    this.#settings = settings;
    this.#budget = options.budget;
    this.#baseThreads = options.baseThreads;
    this.#threadsMax = options.threadsMax;
  }

  /** Threads that have been started and are not ready. */
  get starting(): number {
    return this.#starting;
  }

  /**
   * Starts the threads that are kept, and resolves when they are ready; `events` are told of all threads from here on.
   * Throws `INTERNAL` when one cannot start.
   */
  async start(events: ThreadPoolEvents): Promise<void> {
    this.#events = events;
    while (this.#bases < this.#baseThreads) this.spawn();
    while (this.threads.size < this.#baseThreads) {
      await new Promise<void>((resolve) => this.#changed.push(resolve));
      if (this.#failure !== undefined) throw new FaasmError('INTERNAL', `A thread could not start: ${this.#failure}`);
    }
  }

  /** Starts another thread, in a pool that has been started and is not being closed. */
  spawn(): void {
    const events = this.#events;
    if (this.#closing || events === undefined) return;
    this.#starting += 1;
    const base = this.#bases < this.#baseThreads;
    if (base) this.#bases += 1;
    const settings = { ...this.#settings, stepsBack: base ? STEPS_BACK.base : STEPS_BACK.extra };
    const handle = new ThreadHandle(this.#nextId, settings, {
      message: (_, message) => this.#message(thread, message, events),
      exited: (_, reason) => this.#exited(thread, reason, events),
    });
    this.#nextId += 1;
    const thread: PoolThread = {
      handle,
      base,
      calls: 0,
      exclusive: 0,
      workMs: 0,
      users: new UserCounts(),
      stuck: undefined,
      idleSince: Date.now(),
    };
  }

  /**
   * A thread that is kept has a long turn: from here on it is one of those that come and go, with their priority, and
   * another one is kept. Not done more often than once in a while for each that is kept.
   */
  replace(thread: PoolThread, now: number): void {
    const restedAt = Math.max(this.#restedAt, now) + REPLACE_MS;
    const rested = restedAt - now <= REPLACE_MS * this.#baseThreads;
    if (!thread.base || !rested || this.threads.size + this.#starting >= this.#threadsMax) return;
    this.#restedAt = restedAt;
    thread.base = false;
    this.#bases -= 1;
    if (thread.handle.systemThread !== undefined) standBack(STEPS_BACK.extra, thread.handle.systemThread);
    this.spawn();
  }

  /** The threads as placement sees them. */
  views(now: number): ThreadView[] {
    return [...this.threads.values()].map(({ handle, base, calls, exclusive, workMs, users }) => {
      const startedAt = handle.board.turnStartedAt;
      return {
        id: handle.id,
        base,
        assigned: calls,
        suspended: handle.board.suspended,
        exclusive,
        workMs,
        users,
        turnMs: startedAt === 0 ? 0 : now - startedAt,
      };
    });
  }

  /** Ends idle threads beyond the base. */
  retireIdle(now: number): void {
    for (const [id, thread] of this.threads) {
      if (thread.base || thread.calls > 0 || now - thread.idleSince < RETIRE_AFTER_MS) continue;
      this.threads.delete(id);
      thread.handle.stop();
    }
  }

  /** Portable layer: ends the turn of `call` as {@link endRunaways} does; false when it has none. */
  cancelTurn(call: number): boolean {
    const threads = [...this.threads.values()].filter(({ handle }) => handle.layer === 'portable');
    return threads.some(({ handle }) => handle.watch.cancel(call, Date.now()));
  }

  /** Portable layer: ends turns that should be over, first by asking at the next host call, then with the thread. */
  endRunaways(now: number): void {
    for (const { handle } of this.threads.values()) {
      const overdue = handle.layer === 'portable' ? handle.watch.overdue(now) : undefined;
      if (overdue === undefined) continue;
      this.#events?.runaway(overdue.call, overdue.end);
      this.threads.delete(handle.id);
      void handle.terminate('a call would not end, and without the native layer its thread ends with it');
    }
  }

  /** Has threads give back what idle Faaslets hold, before calls are refused for it: one cannot take from another. */
  relievePressure(): void {
    if (this.#isShortOf('memoryPages') || this.#isShortOf('mappings')) this.relieve();
  }

  /** Has all threads give back what idle Faaslets hold. */
  relieve(): void {
    for (const { handle } of this.threads.values()) handle.post({ kind: 'relieve' });
  }

  #isShortOf(resource: Resource): boolean {
    return this.#budget.used(resource) > this.#budget.limit(resource) * PRESSURE;
  }

  /** Ends all threads; resolves when they are gone, or the time for it is over: then those that are left are in `threads`. */
  async close(): Promise<void> {
    this.#closing = true;
    const ended = Promise.all([...this.threads.values()].map(({ handle }) => handle.terminate()));
    await within(ended, END_MS);
  }

  #message(thread: PoolThread, message: FromThread, events: ThreadPoolEvents): void {
    if (message.kind !== 'ready') return events.message(thread, message);
    this.#starting -= 1;
    thread.handle.ready = true;
    thread.handle.layer = message.layer;
    thread.handle.layerReason = message.reason;
    if (this.#closing) return void thread.handle.terminate();
    thread.handle.systemThread = message.systemThread;
    this.threads.set(thread.handle.id, thread);
    this.#order();
    this.#tellChanged();
    events.ready(thread);
  }

  #tellChanged(): void {
    for (const resolve of this.#changed.splice(0)) resolve();
  }

  /** Those that are kept come first. */
  #order(): void {
    const threads = [...this.threads].sort(([, one], [, other]) => Number(other.base) - Number(one.base));
    this.threads.clear();
    for (const [id, thread] of threads) this.threads.set(id, thread);
  }

  #exited(thread: PoolThread, reason: string | undefined, events: ThreadPoolEvents): void {
    if (!thread.handle.ready) this.#starting -= 1;
    this.threads.delete(thread.handle.id);
    if (thread.base) this.#bases -= 1;
    this.#budget.releaseAll(thread.handle.ownBudget);
    thread.handle.releaseUserBudgets();
    if (reason !== undefined) this.#failure = reason;
    this.#tellChanged();
    events.gone(thread);
    if (thread.calls > 0) events.lost(thread, reason ?? 'it was stopped');
    while (thread.handle.ready && this.#bases < this.#baseThreads && !this.#closing) this.spawn();
  }
}
