/** What the whole host has of each kind; the last two run out in V8 and the kernel, with an abort of the process. */
export type Resource = 'memoryPages' | 'memories' | 'mappings';

const SLOT: Record<Resource, number> = { memoryPages: 0, memories: 1, mappings: 2 };
const SLOTS = 3;

/** Kernel mappings that things take, measured on Node 24 and 26 (test/compat/blocked.test.ts keeps this honest). */
export const MAPPINGS = {
  /** A memory: its accessible part and the guard behind it. */
  memory: 2,
  /** A copy-on-write image splits the accessible part. */
  image: 1,
  region: 1,
} as const;

/**
 * Counters of the host's budget in shared memory: every thread reserves before it takes, and refuses work when the
 * budget is used up, before V8 or the kernel does it by ending the process.
 */
export class Budget {
  /** To be posted to threads. */
  readonly buffer: SharedArrayBuffer;
  readonly #used: Int32Array;
  readonly #limit: Int32Array;
  readonly #own: Int32Array;

  /** `own` counts what this holder has reserved, so that it can be given back when the holder is gone. */
  constructor(buffer: SharedArrayBuffer, own: SharedArrayBuffer = Budget.ownCounters()) {
    this.buffer = buffer;
    this.#used = new Int32Array(buffer, 0, SLOTS);
    this.#limit = new Int32Array(buffer, SLOTS * 4, SLOTS);
    this.#own = new Int32Array(own);
  }

  /** A new budget. */
  static of(limits: Record<Resource, number>): Budget {
    const budget = new Budget(new SharedArrayBuffer(SLOTS * 8));
    for (const resource of Object.keys(SLOT) as Resource[]) budget.#limit[SLOT[resource]] = limits[resource];
    return budget;
  }

  /** Counters for one holder. */
  static ownCounters(): SharedArrayBuffer {
    return new SharedArrayBuffer(SLOTS * 4);
  }

  /** Takes `count`; false, and nothing taken, when that would exceed the budget. */
  reserve(resource: Resource, count: number): boolean {
    const slot = SLOT[resource];
    if (Atomics.add(this.#used, slot, count) + count <= (this.#limit[slot] ?? 0)) {
      Atomics.add(this.#own, slot, count);
      return true;
    }
    Atomics.sub(this.#used, slot, count);
    return false;
  }

  /** Takes `count` of what is there already, however much is left. */
  charge(resource: Resource, count: number): void {
    Atomics.add(this.#used, SLOT[resource], count);
    Atomics.add(this.#own, SLOT[resource], count);
  }

  /** Gives back what was reserved. */
  release(resource: Resource, count: number): void {
    Atomics.sub(this.#used, SLOT[resource], count);
    Atomics.sub(this.#own, SLOT[resource], count);
  }

  /** Gives back everything that a holder, gone by now, had reserved. */
  releaseAll(own: SharedArrayBuffer): void {
    for (const [slot, count] of new Int32Array(own).entries()) Atomics.sub(this.#used, slot, count);
  }

  used(resource: Resource): number {
    return Atomics.load(this.#used, SLOT[resource]);
  }

  limit(resource: Resource): number {
    return this.#limit[SLOT[resource]] ?? 0;
  }
}
