import type { Budget } from '../core/budget.ts';
import { FaasmError } from '../core/errors.ts';
import { PAGE_BYTES, pagesFor } from '../core/limits.ts';
import type { GlobalState, StateEntry } from '../core/global-state.ts';
import { Turns } from '../core/turns.ts';
import type { MemoryLayer } from '../layer/layer.ts';
import { hold, isHeld, markDirty, markStale, type Region, regionCounters, takeDirty } from './region.ts';
import { RegionAllocator } from './region-allocator.ts';

/** How a caller wants a region. */
export type RegionWish =
  /** The value as it is; none when the key holds nothing. */
  | { readonly kind: 'existing' }
  /** At least `length` bytes, made of zeros when the key holds nothing; 0: as it is. */
  | { readonly kind: 'pointer'; readonly length: number }
  /** Exactly `length` bytes, about to be overwritten; nothing is pulled. */
  | { readonly kind: 'overwrite'; readonly length: number };

/** Told when a key's storage changed, so that threads forget what they hold. */
export type RegionReplaced = (user: string, key: string) => void;

/**
 * The state values that this host holds, one region per user and key, in front of the global tier. Values are pulled
 * when first asked for and stay; pushes go whole (design section 6, faasm.md section 3). Lives on the main thread.
 */
export class LocalTier {
  readonly #global: GlobalState;
  readonly #allocator: RegionAllocator;
  readonly #layer: MemoryLayer;
  readonly #budget: Budget;
  readonly #valueLimitBytes: number;
  readonly #replaced: RegionReplaced;
  readonly #regions = new Map<string, Region>();
  /** Regions whose key has another one, until nobody can map them any more. */
  #stale: { readonly user: string; readonly region: Region }[] = [];
  /** Pages of regions by user, stale ones included. */
  readonly #pages = new Map<string, number>();
  readonly #userLimitBytes: number;
  /** Operations on one key happen one after the other. */
  readonly #turns = new Turns();
  #nextId = 1;

  constructor(options: {
    readonly global: GlobalState;
    readonly layer: MemoryLayer;
    readonly budget: Budget;
    /** Largest value in bytes. */
    readonly valueLimitBytes: number;
    /** What the regions of one user may take on this host. */
    readonly userLimitBytes: number;
    readonly replaced: RegionReplaced;
  }) {
    this.#global = options.global;
    this.#layer = options.layer;
    this.#budget = options.budget;
    this.#valueLimitBytes = options.valueLimitBytes;
    this.#userLimitBytes = options.userLimitBytes;
    this.#replaced = options.replaced;
    this.#allocator = new RegionAllocator(options.layer);
  }

  /**
   * Answers the region of a key as wished, with a hold that the caller releases (see region.ts).
   * Throws `STATE_SIZE_MISMATCH`, `STATE_LIMIT`, `HOST_OVERLOADED`.
   */
  acquire(user: string, key: string, wish: RegionWish): Promise<Region | undefined> {
    return this.#turns.take(regionName(user, key), async () => {
      const region = await this.#find(user, key, wish);
      if (region !== undefined) hold(region);
      return region;
    });
  }

  async #find(user: string, key: string, wish: RegionWish): Promise<Region | undefined> {
    if (wish.kind === 'overwrite') return this.#overwrite(user, key, wish.length);
    const region = this.#regions.get(regionName(user, key)) ?? (await this.#pull(user, key));
    if (wish.kind === 'existing') return region;
    if (region === undefined) return this.#create(user, key, wish.length);
    if (wish.length <= region.sizeBytes) return region;
    throw new FaasmError(
      'STATE_SIZE_MISMATCH',
      `State ${user}/${key} holds ${region.sizeBytes} bytes, but ${wish.length} were asked for. Ask for 0 to get it as it is.`,
    );
  }

  /** Size of a value here or in the global tier, 0 when there is none. */
  async size(user: string, key: string): Promise<number> {
    const region = this.#regions.get(regionName(user, key));
    return region?.sizeBytes ?? (await this.#global.stat(user, key))?.sizeBytes ?? 0;
  }

  /** Sends a value to the global tier if it is dirty. Throws `STATE_UNINITIALISED` when the host does not hold it. */
  push(user: string, key: string): Promise<void> {
    return this.#turns.take(regionName(user, key), async () => {
      const region = this.#regions.get(regionName(user, key));
      if (region === undefined) {
        throw new FaasmError(
          'STATE_UNINITIALISED',
          `State ${user}/${key} has no value on this host to push: read or write it first.`,
        );
      }
      // Cleared before the copy: a store that comes meanwhile makes the region dirty again.
      if (!takeDirty(region)) return;
      try {
        const bytes = new Uint8Array(region.sizeBytes);
        await inPieces(bytes, (offset, piece) => this.#layer.read(region.storage, offset, piece));
        await this.#global.write(user, key, bytes);
      } catch (error) {
        markDirty(region);
        throw error;
      }
    });
  }

  /**
   * Sets a value in both tiers, as an upload does; `bytes` belongs to the tier from here. Faaslets that have the value
   * mapped see it if its size is the same. Throws `STATE_LIMIT`.
   */
  set(user: string, key: string, bytes: Uint8Array): Promise<void> {
    return this.#turns.take(regionName(user, key), async () => {
      this.#checkFits(user, key, bytes.length);
      await this.#global.write(user, key, bytes);
      const region = this.#regions.get(regionName(user, key));
      if (region === undefined) return;
      if (region.sizeBytes === bytes.length) {
        takeDirty(region);
        await inPieces(bytes, (offset, piece) => this.#layer.write(region.storage, offset, piece));
      } else {
        this.#regions.delete(regionName(user, key));
        this.#retire(user, key, region);
      }
    });
  }

  /** Removes the value from both tiers; false when there was none. Faaslets that have it mapped keep what they have. */
  remove(user: string, key: string): Promise<boolean> {
    return this.#turns.take(regionName(user, key), async () => {
      const region = this.#regions.get(regionName(user, key));
      const removed = await this.#global.remove(user, key);
      if (region === undefined) return removed;
      this.#regions.delete(regionName(user, key));
      this.#retire(user, key, region);
      return true;
    });
  }

  /** Keys of the global tier that begin with `prefix`. */
  list(user: string, prefix: string): Promise<readonly StateEntry[]> {
    return this.#global.list(user, prefix);
  }

  /** A copy of the value in the global tier. */
  async get(user: string, key: string): Promise<Uint8Array | undefined> {
    return (await this.#global.read(user, key, 0, Number.MAX_SAFE_INTEGER))?.bytes;
  }

  async #pull(user: string, key: string): Promise<Region | undefined> {
    const bytes = await this.get(user, key);
    if (bytes === undefined || bytes.length === 0) return undefined;
    const region = this.#create(user, key, bytes.length);
    await inPieces(bytes, (offset, piece) => this.#layer.write(region.storage, offset, piece));
    return region;
  }

  #overwrite(user: string, key: string, length: number): Region {
    const before = this.#regions.get(regionName(user, key));
    if (before?.sizeBytes === length) return before;
    // In this order: where a limit refuses the new region, the value stays what it was.
    const region = this.#create(user, key, length);
    if (before !== undefined) this.#retire(user, key, before);
    return region;
  }

  #create(user: string, key: string, length: number): Region {
    this.#checkSize(user, key, length);
    this.#reclaim();
    const pages = pagesFor(length);
    const used = (this.#pages.get(user) ?? 0) + pages;
    if (used * PAGE_BYTES > this.#userLimitBytes) {
      throw new FaasmError(
        'STATE_LIMIT',
        `User ${user} would have ${used * PAGE_BYTES} bytes of state on this host, ${this.#userLimitBytes} are allowed.`,
      );
    }
    if (!this.#budget.reserve('memoryPages', pages)) {
      throw new FaasmError(
        'HOST_OVERLOADED',
        `The host has no ${length} bytes of memory left for state ${user}/${key}.`,
      );
    }
    try {
      const storage = this.#allocator.allocate(length);
      const region: Region = { id: this.#nextId, sizeBytes: length, storage, shared: regionCounters() };
      this.#nextId += 1;
      this.#regions.set(regionName(user, key), region);
      this.#pages.set(user, used);
      return region;
    } catch (error) {
      this.#budget.release('memoryPages', pages);
      throw error;
    }
  }

  /** The key gets another region; Faaslets may still have this one mapped, so its storage is kept until they let go. */
  #retire(user: string, key: string, region: Region): void {
    markStale(region);
    this.#stale.push({ user, region });
    this.#replaced(user, key);
  }

  /** Gives storage back that nobody can map any more. */
  #reclaim(): void {
    if (this.#stale.length === 0) return;
    this.#stale = this.#stale.filter(({ user, region }) => {
      if (isHeld(region)) return true;
      const pages = pagesFor(region.sizeBytes);
      this.#allocator.release(region.storage);
      this.#budget.release('memoryPages', pages);
      this.#pages.set(user, (this.#pages.get(user) ?? 0) - pages);
      return false;
    });
  }

  #checkSize(user: string, key: string, length: number): void {
    this.#checkFits(user, key, length);
    if (length > 0) return;
    throw new FaasmError('STATE_LIMIT', `State ${user}/${key} holds nothing: say how many bytes it should have.`);
  }

  #checkFits(user: string, key: string, length: number): void {
    if (length <= this.#valueLimitBytes) return;
    throw new FaasmError(
      'STATE_LIMIT',
      `State ${user}/${key} of ${length} bytes exceeds the limit of ${this.#valueLimitBytes} bytes for a value.`,
    );
  }
}

/** Bytes copied between two turns of the event loop: calls of others must not wait for a large value. */
const PIECE_BYTES = 4 * 1024 * 1024;

async function inPieces(bytes: Uint8Array, copy: (offset: number, piece: Uint8Array) => void): Promise<void> {
  for (let offset = 0; offset < bytes.length; offset += PIECE_BYTES) {
    if (offset > 0) await new Promise<void>((resolve) => setImmediate(resolve));
    copy(offset, bytes.subarray(offset, offset + PIECE_BYTES));
  }
}

/** Users hold no slash, so names of different users and keys cannot be equal. */
function regionName(user: string, key: string): string {
  return `${user}/${key}`;
}
