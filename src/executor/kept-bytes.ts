import type { Budget } from '../core/budget.ts';
import { PAGE_BYTES } from '../core/limits.ts';

/**
 * What the host keeps in its own memory for a call while it runs: output, log, private files. Counted in the budgets of
 * its user and the host by whole pages, less than one of which is not worth it: most calls never touch them.
 */
export class KeptBytes {
  readonly #budgets: readonly Budget[];
  #bytes = 0;
  #pages = 0;

  /** `budgets`: all of them must have room. */
  constructor(...budgets: readonly Budget[]) {
    this.#budgets = budgets;
  }

  /** Counts so many bytes more, or less where it is negative; false, and nothing counted, when there is no room. */
  add(bytes: number): boolean {
    const pages = Math.floor((this.#bytes + bytes) / PAGE_BYTES);
    if (pages > this.#pages && !this.#reserve(pages - this.#pages)) return false;
    if (pages < this.#pages) this.#release(this.#pages - pages);
    this.#bytes += bytes;
    this.#pages = pages;
    return true;
  }

  /** Nothing is kept any more. */
  clear(): void {
    this.add(-this.#bytes);
  }

  #reserve(pages: number): boolean {
    for (const [at, budget] of this.#budgets.entries()) {
      if (budget.reserve('memoryPages', pages)) continue;
      for (const taken of this.#budgets.slice(0, at)) taken.release('memoryPages', pages);
      return false;
    }
    return true;
  }

  #release(pages: number): void {
    for (const budget of this.#budgets) budget.release('memoryPages', pages);
  }
}
