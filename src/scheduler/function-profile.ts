import { type FunctionKind, LONG_TURN_MS } from './placement.ts';

/** Short turns in a row after which a CPU-bound function is taken for a short one again. */
const FORGIVEN_AFTER = 16;

/** Learns from its calls how long a function keeps its thread. */
export class FunctionProfile {
  kind: FunctionKind = 'unknown';
  #shortInARow = 0;

  /** A call's longest turn. `cold` calls compile and initialise: slow, they say nothing about the next ones. */
  observe(longestTurnMs: number, cold: boolean): void {
    if (longestTurnMs <= LONG_TURN_MS) {
      this.#shortInARow += 1;
      if (this.kind === 'unknown' || this.#shortInARow >= FORGIVEN_AFTER) this.kind = 'short';
    } else if (!cold) {
      this.#shortInARow = 0;
      this.kind = 'long';
    }
  }
}
