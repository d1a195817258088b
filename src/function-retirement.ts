import type { Budget } from './core/budget.ts';
import { pagesFor } from './core/limits.ts';
import type { MemoryLayer } from './layer/layer.ts';
import type { FunctionState } from './scheduler/function-state.ts';
import type { PoolThread } from './scheduler/thread-pool.ts';

interface Leaving {
  readonly fn: FunctionState;
  /** Threads that have not said yet that they dropped it. */
  readonly threads: Set<number>;
}

/**
 * Takes replaced function versions out of the host once their last call has ended: every thread disposes of their
 * Faaslets, and when all have, the storage of their images is given back.
 */
export class FunctionRetirement {
  readonly #layer: MemoryLayer;
  readonly #budget: Budget;
  readonly #dropped: (handle: number) => void;
  readonly #leaving = new Map<number, Leaving>();

  /** `dropped` is told the handle of a version that nothing on this host knows any more. */
  constructor(layer: MemoryLayer, budget: Budget, dropped: (handle: number) => void) {
    this.#layer = layer;
    this.#budget = budget;
    this.#dropped = dropped;
  }

  /** `fn` has no calls and will get none. */
  begin(fn: FunctionState, threads: Iterable<PoolThread>): void {
    const { handle } = fn.spec;
    const knowing = [...threads].filter((thread) => thread.handle.forget(handle)).map((thread) => thread.handle.id);
    this.#leaving.set(handle, { fn, threads: new Set(knowing) });
    this.#finish(handle);
  }

  /** A thread has dropped a version. */
  forgotten(thread: number, handle: number): void {
    this.#leaving.get(handle)?.threads.delete(thread);
    this.#finish(handle);
  }

  /** A thread is gone, with everything that it knew. */
  threadGone(thread: number): void {
    for (const handle of [...this.#leaving.keys()]) this.forgotten(thread, handle);
  }

  #finish(handle: number): void {
    const leaving = this.#leaving.get(handle);
    if (leaving === undefined || leaving.threads.size > 0) return;
    this.#leaving.delete(handle);
    for (const image of leaving.fn.images) {
      this.#layer.release(image);
      this.#budget.release('memoryPages', pagesFor(image.sizeBytes));
    }
    this.#dropped(handle);
  }
}
