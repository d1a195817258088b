import { TURN_END, type TurnEnd } from '../core/turn-end.ts';
import type { TurnBoard } from '../layer/portable.ts';

/** What a turn that should be over gets to end by itself, at its next host call, before its thread is ended. */
const GRACE_MS = 20;

/**
 * Watches a thread of the portable layer from the main thread, which cannot end a turn, but ask for its end at the next
 * host call, and end the thread. Times in epoch ms.
 */
export class PortableWatch {
  readonly #turn: TurnBoard;
  #cancelled: { readonly call: number; readonly at: number } | undefined;

  constructor(turn: TurnBoard) {
    this.#turn = turn;
  }

  /** The turn of `call` shall end; false when it is not its turn. */
  cancel(call: number, now: number): boolean {
    const { deadline, call: current } = this.#turn;
    if (deadline[0] === 0 || current[0] !== call) return false;
    if (this.#cancelled?.call !== call) this.#cancelled = { call, at: now };
    return true;
  }

  /** Asks a turn that should be over to end; answers it, and why, once that has not helped: its thread must end. */
  overdue(now: number): { readonly call: number; readonly end: TurnEnd } | undefined {
    const call = this.#turn.call[0] ?? 0;
    const deadline = this.#turn.deadline[0] ?? 0;
    if (deadline === 0 || this.#cancelled?.call !== call) this.#cancelled = undefined;
    const since = this.#cancelled?.at ?? deadline;
    if (deadline === 0 || now < since) return undefined;
    const end = this.#cancelled === undefined ? TURN_END.wall : TURN_END.cancelled;
    this.#ask(call, end);
    return now < since + GRACE_MS ? undefined : { call, end };
  }

  /** Sets the kill flag, and takes it back where the turn of another call has begun meanwhile. */
  #ask(call: number, end: TurnEnd): void {
    const { flags, call: current } = this.#turn;
    Atomics.store(flags, 1, end);
    if (current[0] !== call) Atomics.compareExchange(flags, 1, end, TURN_END.completed);
  }
}
