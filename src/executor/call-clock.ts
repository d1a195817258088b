import type { ErrorRecord } from '../core/errors.ts';
import { TURN_END, type TurnEnd } from '../core/turn-end.ts';
import { killError } from './call-end.ts';

/** Node's timers take no more. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** What a call may have, in ms. */
export interface TimeLimits {
  readonly timeoutMs: number;
  readonly cpuMs: number;
}

/** What a call has had, against its limits: turns, and the time between them in which it waited for something. */
export class CallClock {
  /** Making or restoring the Faaslet. */
  initMs = 0;
  /** The guest's time, running and suspended. */
  runMs = 0;
  /** CPU time of its turns, where it is known. */
  cpuMs = 0;
  /** The longest turn in CPU time, wall time where that is unknown: a turn that was preempted is not a long one. */
  longestTurnMs = 0;
  readonly #limits: TimeLimits;
  readonly #turns: { readonly heldMs: number };
  #suspendedAt = 0;
  /** `heldMs` of the thread's turns since when the time is not the call's. */
  #heldBefore = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `turns`: those of the thread, see TurnQueue. */
  constructor(limits: TimeLimits, turns: { readonly heldMs: number }) {
    this.#limits = limits;
    this.#turns = turns;
  }

  /** Wall time that a turn may take, in ms. */
  get wallLeftMs(): number {
    return Math.max(0, this.#limits.timeoutMs - this.runMs);
  }

  /** CPU time that a turn may take, in ms. */
  get cpuLeftMs(): number {
    return Math.max(0, this.#limits.cpuMs - this.cpuMs);
  }

  /** A turn has ended that took so long; `cpuMs` is NaN where it is not known. */
  turnEnded(wallMs: number, cpuMs: number): void {
    const known = !Number.isNaN(cpuMs);
    this.runMs += wallMs;
    if (known) this.cpuMs += cpuMs;
    this.longestTurnMs = Math.max(this.longestTurnMs, known ? cpuMs : wallMs);
  }

  /** Capturing the proto-function took so long; all until now was initialisation. */
  initialised(captureMs: number): void {
    this.initMs += this.runMs + captureMs;
  }

  /** The limit that the watchdog has ended a turn for, or that many short turns have passed between its looks. */
  exceeded(end: TurnEnd): ErrorRecord | undefined {
    if (end !== TURN_END.completed) return killError(end, this.#limits);
    if (this.runMs >= this.#limits.timeoutMs) return killError(TURN_END.wall, this.#limits);
    return this.cpuMs >= this.#limits.cpuMs ? killError(TURN_END.cpu, this.#limits) : undefined;
  }

  /** The call waits for something until {@link wake}; `late` is called when its time is over before that. */
  suspend(late: () => void): void {
    this.#suspendedAt = performance.now();
    this.#heldBefore = this.#turns.heldMs;
    this.#watch(this.#limits.timeoutMs - this.runMs, late);
  }

  /** The call waits no longer, and its time stands still until its next turn; false when it did not wait. */
  wake(): boolean {
    if (this.#suspendedAt === 0) return false;
    clearTimeout(this.#timer);
    const waitedMs = performance.now() - this.#suspendedAt;
    this.runMs += Math.max(0, waitedMs - (this.#turns.heldMs - this.#heldBefore));
    this.#suspendedAt = 0;
    return true;
  }

  /** Calls `late` after `ms`, not counting the time in which the thread was held by long turns of others. */
  #watch(ms: number, late: () => void): void {
    const held = this.#turns.heldMs;
    this.#timer = setTimeout(
      () => {
        const more = this.#turns.heldMs - held;
        if (more > 0) this.#watch(more, late);
        else late();
      },
      Math.min(ms, TIMER_MAX_MS),
    );
  }
}
