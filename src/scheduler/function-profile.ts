import type { StartKind } from '../core/call.ts';
import { type FunctionKind, LONG_TURN_MS } from './placement.ts';

const NEWEST_SHARE = 0.1;
/** So long the other calls of an unknown function wait for what the first one tells. */
const PROBE_MS = 10;
/** Short turns in a row after which a CPU-bound function is taken for a short one again. */
const FORGIVEN_AFTER = 16;

/** Learns from its calls how long a function keeps its thread. */
export class FunctionProfile {
  kind: FunctionKind = 'unknown';
  /** Mean of the longest turns of its calls in ms, the newest counting most. */
  turnMs = LONG_TURN_MS;
  #shortInARow = 0;
  #startedFresh = false;
  #probedAt = Number.NEGATIVE_INFINITY;

  /** A call of the unknown function has been given to a thread. */
  probe(now: number): void {
    this.#probedAt = now;
  }

  /** Whether a call that should tell what the function is like has only just begun. */
  probing(now: number): boolean {
    return now - this.#probedAt < PROBE_MS;
  }

  /**
   * A call's longest turn, and how it started. The first start compiles and initialises: slow, it says nothing about
   * the next calls. A function that starts `fresh` initialises in every call, so all but its first one count.
   */
  observe(longestTurnMs: number, start: StartKind): void {
    const excused = start === 'cold' || (start === 'fresh' && !this.#startedFresh);
    this.#startedFresh ||= start === 'fresh';
    this.#probedAt = Number.NEGATIVE_INFINITY;
    this.turnMs += (longestTurnMs - this.turnMs) * NEWEST_SHARE;
    if (longestTurnMs <= LONG_TURN_MS) {
      this.#shortInARow += 1;
      if (this.kind === 'unknown' || this.#shortInARow >= FORGIVEN_AFTER) this.kind = 'short';
    } else if (!excused) {
      this.#shortInARow = 0;
      this.kind = 'long';
    }
  }
}
