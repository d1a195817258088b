import { getHeapStatistics } from 'node:v8';
import type { Budget } from '../core/budget.ts';

/** V8 maps its heap in pieces of this size, far from each other: each is a mapping of the kernel's. */
const HEAP_PIECE_BYTES = 256 * 1024;
/** A heap is measured at most so often: that takes some microseconds. */
const MEASURE_MS = 20;

/**
 * Charges the mappings of a thread's JavaScript heap to the host's budget. The young generation of a busy thread may take
 * more than a hundred MiB, and a host of many threads would reach the kernel's limit without the budget's knowing.
 */
export class HeapMappings {
  readonly #budget: Budget;
  #charged = 0;
  #measuredAt = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** To be called now and then by the thread whose heap it is. */
  measure(): void {
    const now = performance.now();
    if (now - this.#measuredAt < MEASURE_MS) return;
    this.#measuredAt = now;
    const mappings = Math.ceil(getHeapStatistics().total_heap_size / HEAP_PIECE_BYTES);
    this.#budget.charge('mappings', mappings - this.#charged);
    this.#charged = mappings;
  }
}
