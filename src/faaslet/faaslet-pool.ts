import type { StartKind } from '../core/call.ts';
import { FaasmError } from '../core/errors.ts';
import { PAGE_BYTES } from '../core/limits.ts';
import { Faaslet } from './faaslet.ts';
import type { GuestThread } from './guest-thread.ts';
import { growFunction } from './linker.ts';
import type { LoadedFunction } from './loaded-function.ts';
import type { PooledMemory } from './memory-pool.ts';

/** Idle Faaslets that a thread keeps; beyond that the oldest give their memory back. */
const IDLE_MAX = 256;
/**
 * Part of the host's memory that idle Faaslets of one thread may hold: what a thread in a long turn holds is out of reach
 * for all others.
 */
const IDLE_SHARE = 1 / 16;

/** The Faaslets of one thread: idle ones by function, new ones on demand. */
export class FaasletPool {
  readonly #thread: GuestThread;
  readonly #grow: unknown;
  /** Idle Faaslets by function handle, the most recently used last; functions in order of use. */
  readonly #idle = new Map<number, Faaslet[]>();
  #idleCount = 0;
  #idlePages = 0;
  readonly #idlePagesMax: number;

  constructor(thread: GuestThread) {
    this.#thread = thread;
    this.#grow = growFunction(thread);
    this.#idlePagesMax = thread.budget.limit('memoryPages') * IDLE_SHARE;
  }

  /**
   * A Faaslet for a call of `fn`, equal to a fresh one: warm, restored, or (`cold`, `fresh`) with its initial memory and
   * its initialisation still to be run. Throws `HOST_OVERLOADED` when the host has no memory left for it, and
   * `CONCURRENCY_LIMIT` when its user has as much in calls as it may.
   */
  acquire(fn: LoadedFunction): { readonly faaslet: Faaslet; readonly start: StartKind } {
    const taken = this.#take(fn);
    if (taken.faaslet.beginCall()) return taken;
    if (taken.start === 'warm') this.#keep(taken.faaslet);
    else taken.faaslet.dispose();
    const bytes = fn.tenant.limit('memoryPages') * PAGE_BYTES;
    throw new FaasmError(
      'CONCURRENCY_LIMIT',
      `The calls of user ${fn.user} have all the memory that they may have here, ${bytes} bytes (FAASM_USER_MEMORY_BYTES); try again once some have ended.`,
    );
  }

  #take(fn: LoadedFunction): { readonly faaslet: Faaslet; readonly start: StartKind } {
    const idle = this.#idle.get(fn.handle);
    const warm = idle?.pop();
    if (warm !== undefined) {
      this.#idleCount -= 1;
      this.#idlePages -= warm.heldPages;
      return { faaslet: warm, start: 'warm' };
    }
    const pages = fn.proto?.pages ?? fn.artifact.memory.initialPages;
    const faaslet = this.#create(fn, pages);
    try {
      if (fn.proto !== undefined) faaslet.restore(fn.proto);
      else faaslet.loadInitialMemory();
    } catch (error) {
      faaslet.dispose();
      throw error;
    }
    if (fn.proto !== undefined) return { faaslet, start: 'restored' };
    return { faaslet, start: fn.artifact.unprovable.length > 0 ? 'fresh' : 'cold' };
  }

  /**
   * Ends a Faaslet's call: it is reset and kept, which is answered by true, or, where no reset can be proved right, its
   * memory is wiped.
   */
  release(faaslet: Faaslet): boolean {
    const { fn } = faaslet;
    if (!faaslet.worthKeeping) {
      faaslet.drop();
      return false;
    }
    if (fn.proto === undefined || fn.artifact.unprovable.length > 0) {
      faaslet.dispose();
      return false;
    }
    faaslet.reset(fn.proto);
    this.#keep(faaslet);
    return true;
  }

  #keep(faaslet: Faaslet): void {
    const { fn } = faaslet;
    const list = this.#idle.get(fn.handle) ?? [];
    // Reinserted, so that the map's order is that of the last use.
    this.#idle.delete(fn.handle);
    this.#idle.set(fn.handle, list);
    list.push(faaslet);
    this.#idleCount += 1;
    this.#idlePages += faaslet.heldPages;
    while ((this.#idleCount > IDLE_MAX || this.#idlePages > this.#idlePagesMax) && this.#idleCount > 1) this.evict();
  }

  /** Disposes of all idle Faaslets of a function. */
  forget(handle: number): void {
    const list = this.#idle.get(handle) ?? [];
    this.#idle.delete(handle);
    this.#idleCount -= list.length;
    for (const faaslet of list) {
      this.#idlePages -= faaslet.heldPages;
      faaslet.dispose();
    }
  }

  /** Unmaps regions whose keys have got others from all idle Faaslets. */
  dropStaleRegions(): void {
    for (const list of this.#idle.values()) for (const faaslet of list) faaslet.regions.dropStale();
  }

  /** Disposes of half of the idle Faaslets, those that have been idle the longest. */
  relieve(): void {
    for (let left = Math.ceil(this.#idleCount / 2); left > 0 && this.evict(); left -= 1);
  }

  /** The thread ends: disposes of all idle Faaslets. */
  clear(): void {
    for (const handle of [...this.#idle.keys()]) this.forget(handle);
  }

  #create(fn: LoadedFunction, pages: number): Faaslet {
    const memory = this.#takeMemory(pages, Math.max(pages, fn.typicalPages));
    try {
      return new Faaslet(this.#thread, fn, memory, this.#grow, pages);
    } catch (cause) {
      this.#thread.memories.give(memory);
      this.#thread.budget.release('memoryPages', pages);
      throw new FaasmError('INIT_FAILED', `The module cannot be instantiated: ${String(cause)}`, cause);
    }
  }

  #takeMemory(pages: number, roomyPages: number): PooledMemory {
    const { budget, memories } = this.#thread;
    do {
      if (!budget.reserve('memoryPages', pages)) continue;
      const memory = memories.take(roomyPages);
      if (memory !== undefined) return memory;
      budget.release('memoryPages', pages);
    } while (this.evict());
    throw new FaasmError('HOST_OVERLOADED', 'The host has no memory left for another Faaslet; try again later.');
  }

  /** Disposes of an idle Faaslet of the function that was used the longest ago; false when there is none. */
  evict(): boolean {
    for (const [handle, list] of this.#idle) {
      const faaslet = list.shift();
      if (faaslet === undefined) {
        this.#idle.delete(handle);
        continue;
      }
      this.#idleCount -= 1;
      this.#idlePages -= faaslet.heldPages;
      faaslet.dispose();
      return true;
    }
    return false;
  }
}
