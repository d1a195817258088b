/** A thread in its part of somebody who holds and uses regions. */
export interface Holder {
  /** Its counters in every region, see region.ts. */
  readonly slot: number;
  /** False once it is gone: then it gets no more holds. */
  open: boolean;
}

/** Slot of the main thread, and of whoever comes when all others are taken: its holds are released one by one only. */
export const COMMON_SLOT = 0;

/** Gives threads their slots, and slots of threads that are gone to others. */
export class Holders {
  readonly #free: number[];

  /** `slots`: how many there are, the common one included. */
  constructor(slots: number) {
    this.#free = Array.from({ length: slots - 1 }, (_, index) => slots - 1 - index);
  }

  open(): Holder {
    return { slot: this.#free.pop() ?? COMMON_SLOT, open: true };
  }

  /** The thread is gone, and its holds have been released. */
  close(holder: Holder): void {
    holder.open = false;
    if (holder.slot !== COMMON_SLOT) this.#free.push(holder.slot);
  }
}
