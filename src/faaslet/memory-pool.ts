import { type Budget, MAPPINGS } from '../core/budget.ts';
import { PAGE_BYTES } from '../core/limits.ts';
import { GuestMemory } from '../host/guest-memory.ts';

const PAGES_MAX = 65_536;

/** A linear memory that outlives the Faaslets that use it. Clean while it is in the pool: every byte is zero. */
export class PooledMemory extends GuestMemory {
  /** Pages that V8 knows of; what the guest may use is less, see {@link HeapSize}. */
  get physicalPages(): number {
    return this.bytes.length / PAGE_BYTES;
  }

  /** Grows to at least `pages`; false when V8 refuses. */
  ensurePages(pages: number): boolean {
    const missing = pages - this.physicalPages;
    if (missing <= 0) return true;
    try {
      this.memory.grow(missing);
    } catch {
      return false;
    }
    this.refresh();
    return true;
  }
}

/**
 * The memories of one thread. Creating one costs 10 to 100 times what a reset does and reserves 8 GiB of addresses,
 * so they are kept for good: an idle clean memory holds next to nothing.
 */
export class MemoryPool {
  readonly #budget: Budget;
  /** Clean memories by physical pages. */
  readonly #clean = new Map<number, PooledMemory[]>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** A clean memory of at least `pages`, undefined when the host has none left. */
  take(pages: number): PooledMemory | undefined {
    const size = sizeClass(pages);
    return this.#clean.get(size)?.pop() ?? this.#larger(size) ?? this.#create(size);
  }

  /** Takes back a memory whose every byte is zero. */
  give(memory: PooledMemory): void {
    const list = this.#clean.get(memory.physicalPages);
    if (list === undefined) this.#clean.set(memory.physicalPages, [memory]);
    else list.push(memory);
  }

  #create(pages: number): PooledMemory | undefined {
    if (!this.#budget.reserve('memories', 1)) return undefined;
    if (this.#budget.reserve('mappings', MAPPINGS.memory)) {
      try {
        return new PooledMemory(new WebAssembly.Memory({ initial: pages, maximum: PAGES_MAX }));
      } catch {
        this.#budget.release('mappings', MAPPINGS.memory);
      }
    }
    this.#budget.release('memories', 1);
    return undefined;
  }

  /** The smallest clean memory that is large enough: memories grow with the regions mapped into them. */
  #larger(pages: number): PooledMemory | undefined {
    let best: number | undefined;
    for (const [size, list] of this.#clean) {
      if (size >= pages && list.length > 0 && (best === undefined || size < best)) best = size;
    }
    return best === undefined ? undefined : this.#clean.get(best)?.pop();
  }
}

/** Sizes are powers of two, so that functions of like size share memories. */
function sizeClass(pages: number): number {
  return Math.min(PAGES_MAX, 2 ** Math.ceil(Math.log2(Math.max(1, pages))));
}
