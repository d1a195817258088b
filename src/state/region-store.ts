import type { Budget } from '../core/budget.ts';
import { FaasmError } from '../core/errors.ts';
import { PAGE_BYTES, pagesFor } from '../core/limits.ts';
import type { MemoryLayer } from '../layer/layer.ts';
import { COMMON_SLOT, type Holder, Holders } from './holders.ts';
import { endHolder, isHeld, markStale, newRegion, type Region } from './region.ts';
import { RegionAllocator } from './region-allocator.ts';

/** What {@link RegionStore} is set up with. */
export interface RegionStoreOptions {
  readonly layer: MemoryLayer;
  readonly budget: Budget;
  /** Largest value in bytes. */
  readonly valueLimitBytes: number;
  /** What the regions of one user may take on this host. */
  readonly userLimitBytes: number;
  /** Threads that hold regions at the same time; default: none that is counted apart. */
  readonly holders?: number;
}

/** Makes regions within the limits of users and host, and gives their storage back once nobody can map it any more. */
export class RegionStore {
  readonly #options: RegionStoreOptions;
  readonly #allocator: RegionAllocator;
  readonly #slots: number;
  readonly #holders: Holders;
  /** Regions whose storage has not been given back. */
  readonly #all = new Set<Region>();
  /** Regions whose key has another one, until nobody can map them any more. */
  #stale: { readonly user: string; readonly region: Region }[] = [];
  /** Pages of regions by user, stale ones included. */
  readonly #pages = new Map<string, number>();
  #nextId = 1;

  constructor(options: RegionStoreOptions) {
    this.#options = options;
    this.#allocator = new RegionAllocator(options.layer);
    this.#slots = 1 + (options.holders ?? 0);
    this.#holders = new Holders(this.#slots);
  }

  /** For a thread that will hold regions; {@link closeHolder} when it is gone. */
  openHolder(): Holder {
    return this.#holders.open();
  }

  /** The thread is gone: what it held is not held any more. */
  closeHolder(holder: Holder): void {
    if (holder.slot !== COMMON_SLOT) for (const region of this.#all) endHolder(region, holder.slot);
    this.#holders.close(holder);
  }

  /**
   * A region of zeros for a key; `present`: the zeros are its value. Throws `STATE_LIMIT`, and `HOST_OVERLOADED` when
   * the host has no memory left.
   */
  create(user: string, key: string, length: number, present: boolean): Region {
    this.checkFits(user, key, length);
    if (length === 0) {
      throw new FaasmError('STATE_LIMIT', `State ${user}/${key} holds nothing: say how many bytes it should have.`);
    }
    this.reclaim();
    const { budget, userLimitBytes } = this.#options;
    const pages = pagesFor(length);
    const used = (this.#pages.get(user) ?? 0) + pages;
    if (used * PAGE_BYTES > userLimitBytes) {
      throw new FaasmError(
        'STATE_LIMIT',
        `User ${user} would have ${used * PAGE_BYTES} bytes of state on this host, ${userLimitBytes} are allowed.`,
      );
    }
    if (!budget.reserve('memoryPages', pages)) {
      throw new FaasmError(
        'HOST_OVERLOADED',
        `The host has no ${length} bytes of memory left for state ${user}/${key}.`,
      );
    }
    try {
      const region = newRegion(this.#nextId, length, this.#allocator.allocate(length), present, this.#slots);
      this.#nextId += 1;
      this.#all.add(region);
      this.#pages.set(user, used);
      return region;
    } catch (error) {
      budget.release('memoryPages', pages);
      throw error;
    }
  }

  /** The key gets another region; Faaslets may still have this one mapped, so its storage is kept until they let go. */
  retire(user: string, region: Region): void {
    markStale(region);
    this.#stale.push({ user, region });
  }

  /** Gives storage back that nobody can map any more; answers whether some still waits for that. */
  reclaim(): boolean {
    if (this.#stale.length === 0) return false;
    this.#stale = this.#stale.filter(({ user, region }) => {
      if (isHeld(region)) return true;
      const pages = pagesFor(region.sizeBytes);
      this.#all.delete(region);
      this.#allocator.release(region.storage);
      this.#options.budget.release('memoryPages', pages);
      const left = (this.#pages.get(user) ?? 0) - pages;
      if (left > 0) this.#pages.set(user, left);
      else this.#pages.delete(user);
      return false;
    });
    return this.#stale.length > 0;
  }

  /** Throws `STATE_LIMIT` where a value may not be so large. */
  checkFits(user: string, key: string, length: number): void {
    if (length <= this.#options.valueLimitBytes) return;
    throw new FaasmError(
      'STATE_LIMIT',
      `State ${user}/${key} of ${length} bytes exceeds the limit of ${this.#options.valueLimitBytes} bytes for a value.`,
    );
  }
}
