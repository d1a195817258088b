/** Node's timers take no more. */
const TIMER_MAX_MS = 0x7fffffff;

/** The work that makes the result of a host call that waited. */
export type ResumeWork = () => unknown;

interface Wait {
  readonly promise: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  abandon: (() => void) | undefined;
}

function newWait(): Wait {
  return { ...Promise.withResolvers<unknown>(), abandon: undefined };
}

/**
 * What a suspended guest waits for: at most one thing at a time, because one activation chain runs on an instance.
 * A suspended guest ends by being rejected, never by being dropped: V8 would leak its stack.
 */
export class Suspension {
  readonly #ready: (work: ResumeWork) => void;
  #waiting: Wait | undefined;

  /** `ready` is told, in a macrotask, that what the guest waited for has come. */
  constructor(ready: (work: ResumeWork) => void) {
    this.#ready = ready;
  }

  /** Whether the guest waits, or what it waited for has come and its turn has not. */
  get pending(): boolean {
    return this.#waiting !== undefined;
  }

  /**
   * Suspends the guest: a host function returns this promise. `start` gets a function to be called from a macrotask
   * with the work that makes the result; the work runs inside the guard, as a part of the host call. `abandon` is
   * called instead of the work when the result is not wanted any more. The work itself may begin another wait, and
   * returns its promise, which is the one that the guest waits for already.
   */
  begin<T>(start: (resume: (work: () => T | Promise<T>) => void) => void, abandon?: () => void): Promise<T> {
    const mine = this.#waiting ?? newWait();
    mine.abandon = abandon;
    this.#waiting = mine;
    start((work) => {
      if (this.#waiting === mine) this.#ready(work);
    });
    return mine.promise as Promise<T>;
  }

  /** Whether `value`, made by the work of a wait, says that the guest goes on waiting. */
  continues(value: unknown): boolean {
    return this.#waiting !== undefined && value === this.#waiting.promise;
  }

  /** Suspends the guest for `ms`, after which the promise has `value`. */
  sleep<T>(ms: number, value: T): Promise<T> {
    const until = performance.now() + ms;
    let timer: NodeJS.Timeout;
    return this.begin<T>(
      (resume) => {
        // Node's timers count whole ms and may be early by a fraction of one.
        const wait = (): void => {
          const left = until - performance.now();
          if (left > 0) timer = setTimeout(wait, Math.min(Math.ceil(left), TIMER_MAX_MS));
          else resume(() => value);
        };
        timer = setTimeout(wait, Math.min(Math.ceil(ms), TIMER_MAX_MS));
      },
      () => clearTimeout(timer),
    );
  }

  /** Forgets a wait whose guest never came to be suspended: it was ended on its way out of the host call. */
  drop(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.abandon?.();
  }

  /** Inside the guard: takes the guest out of its wait, to go on with a value. */
  resume(value: unknown): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(value);
  }

  /** Inside the guard: takes the guest out of its wait, to unwind. `worked`: the work has run and needs no abandoning. */
  reject(trap: unknown, worked = false): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    // A guest ended on its way out of the host call never came to wait for the promise, and a rejection that nobody
    // handles would end the thread.
    waiting?.promise.catch(ignore);
    waiting?.reject(trap);
    if (!worked) waiting?.abandon?.();
  }
}

function ignore(): void {}
