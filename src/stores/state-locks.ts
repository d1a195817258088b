import type { StateLease } from '../core/global-state.ts';

interface Held {
  readonly owner: string;
  readonly fence: number;
  readonly until: number;
}

const SWEEP_MIN = 1024;

/** Leases of one process, on a clock in ms that only goes forward; `nextFence` answers a greater number each time. */
export class StateLocks {
  readonly #now: () => number;
  readonly #nextFence: () => number;
  readonly #held = new Map<string, Held>();
  #sweepAt = SWEEP_MIN;

  constructor(now: () => number, nextFence: () => number) {
    this.#now = now;
    this.#nextFence = nextFence;
  }

  /** See GlobalState.lock. */
  lock(name: string, owner: string, ttlMs: number): StateLease | undefined {
    if (this.#valid(name) !== undefined) return undefined;
    if (this.#held.size >= this.#sweepAt) this.#sweep();
    const fence = this.#nextFence();
    this.#held.set(name, { owner, fence, until: this.#now() + ttlMs });
    return { fence };
  }

  /** See GlobalState.renew. */
  renew(name: string, owner: string, fence: number, ttlMs: number): boolean {
    if (!this.#isHolder(name, owner, fence)) return false;
    this.#held.set(name, { owner, fence, until: this.#now() + ttlMs });
    return true;
  }

  /** See GlobalState.unlock. */
  unlock(name: string, owner: string, fence: number): boolean {
    return this.#isHolder(name, owner, fence) && this.#held.delete(name);
  }

  #isHolder(name: string, owner: string, fence: number): boolean {
    const held = this.#valid(name);
    return held !== undefined && held.owner === owner && held.fence === fence;
  }

  #valid(name: string): Held | undefined {
    const held = this.#held.get(name);
    return held !== undefined && held.until > this.#now() ? held : undefined;
  }

  /** Forgets leases that ended and that nobody asked for again. */
  #sweep(): void {
    const now = this.#now();
    for (const [name, { until }] of this.#held) if (until <= now) this.#held.delete(name);
    this.#sweepAt = Math.max(SWEEP_MIN, 2 * this.#held.size);
  }
}
