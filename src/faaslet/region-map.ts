import { MAPPINGS } from '../core/budget.ts';
import { FaasmError } from '../core/errors.ts';
import { PAGE_BYTES, pagesFor } from '../core/limits.ts';
import { beginUse, endUse, hold, isStale, type Region, releaseHold, touch } from '../state/region.ts';
import type { GuestThread } from './guest-thread.ts';
import type { PooledMemory } from './memory-pool.ts';
import { RegionCopy } from './region-copy.ts';

interface Mapping {
  readonly key: string;
  readonly region: Region;
  readonly address: number;
  readonly pages: number;
  /** Where regions are copies. */
  readonly copy: RegionCopy | undefined;
  /** Whether the current call has asked for it. */
  active: boolean;
}

/** What a call wants of a region that it maps. */
export interface MapWish {
  /** Bytes [offset, offset + length), as far as the region reaches, which have been fetched. */
  readonly offset: number;
  readonly length: number;
  /** The call declares what it changes. */
  readonly declares: boolean;
}

const ALL: MapWish = { offset: 0, length: Number.POSITIVE_INFINITY, declares: false };

/** Mappings left in place between calls of a function: mapping again costs more than the call. */
const KEPT_MAX = 8;
const ADDRESS_END_PAGES = 65_536;

/** The regions in one Faaslet's memory, above the function's heap limit. */
export class RegionMap {
  readonly #thread: GuestThread;
  readonly #memory: PooledMemory;
  readonly #basePage: number;
  #nextPage: number;
  #mappings: Mapping[] = [];
  /** Kernel mappings taken from the budget; also for what was unmapped since, which leaves a mapping of zero pages. */
  #reserved = 0;

  /** `basePage`: first page above the heap. */
  constructor(thread: GuestThread, memory: PooledMemory, basePage: number) {
    this.#thread = thread;
    this.#memory = memory;
    this.#basePage = basePage;
    this.#nextPage = basePage;
  }

  /** Mappings of the current call. */
  get active(): readonly { key: string; address: number; region: Region }[] {
    return this.#mappings.filter((mapping) => mapping.active);
  }

  /**
   * Maps a region, all of it, and answers its address; the same for the same value throughout a call.
   * Throws `MAPPING_LIMIT` past `limit` regions and `HOST_OVERLOADED` when the host has no mappings left.
   */
  map(key: string, region: Region, limit: number, wish: MapWish = ALL): number {
    const known = this.#mappings.find((mapping) => mapping.key === key && mapping.region.id === region.id);
    if (known?.active === true) return this.#give(known, wish);
    if (this.active.length >= limit) {
      throw new FaasmError('MAPPING_LIMIT', `The function maps more than its limit of ${limit} regions.`);
    }
    return this.#give(known ?? this.#add(key, region, this.#nextPage), wish);
  }

  /** Maps a region of the proto-function at the address that the zygote got. Throws as {@link map}. */
  mapAt(key: string, region: Region, address: number): void {
    const known = this.#mappings.find((mapping) => mapping.address === address);
    if (known?.region.id === region.id) {
      this.#give(known, ALL);
      return;
    }
    if (known !== undefined) this.#drop(known);
    this.#makeRoom(key, region, address);
    this.#give(this.#add(key, region, address / PAGE_BYTES), ALL);
  }

  /** The current call's mapping of `key`, if it has one. */
  find(
    key: string,
  ): { readonly address: number; readonly region: Region; readonly copy: RegionCopy | undefined } | undefined {
    return this.#mappings.findLast((mapping) => mapping.key === key && mapping.active);
  }

  /** Ends the call: the mappings stay for the next one of the same function, unless they have become many. */
  endCall(): void {
    if (this.#reserved > KEPT_MAX) return this.clear();
    for (const mapping of this.#mappings) deactivate(mapping);
    this.dropStale();
  }

  /** Unmaps what is not its key's value any more and not in use. */
  dropStale(): void {
    for (const mapping of this.#mappings) if (!mapping.active && isStale(mapping.region)) this.#drop(mapping);
  }

  /** Byte ranges from `start` to the end of the memory that hold no region: zero pages that a guest can reach. */
  gaps(start: number): readonly (readonly [from: number, to: number])[] {
    const gaps: [number, number][] = [];
    let from = start;
    for (const { address, pages } of this.#mappings.toSorted((a, b) => a.address - b.address)) {
      if (address > from) gaps.push([from, address]);
      from = address + pages * PAGE_BYTES;
    }
    if (from < this.#memory.bytes.length) gaps.push([from, this.#memory.bytes.length]);
    return gaps;
  }

  /** Unmaps everything, in one piece: pages that were unmapped one by one stay apart for the kernel. */
  clear(): void {
    if (this.#reserved === 0) return;
    const start = this.#basePage * PAGE_BYTES;
    this.#thread.layer.mapZero(this.#memory.memory.buffer, start, this.#memory.bytes.length - start);
    this.#thread.budget.release('mappings', this.forget());
  }

  /** Lets go of all regions without unmapping them; answers how many mappings of the budget that sets free. */
  forget(): number {
    const reserved = this.#reserved;
    for (const mapping of this.#mappings) {
      deactivate(mapping);
      releaseHold(mapping.region);
    }
    this.#mappings = [];
    this.#reserved = 0;
    this.#nextPage = this.#basePage;
    return reserved;
  }

  /** The value may have become larger than it was for the zygote, and then reaches into what follows. */
  #makeRoom(key: string, region: Region, address: number): void {
    const end = address + pagesFor(region.sizeBytes) * PAGE_BYTES;
    for (const other of this.#mappings) {
      if (other.address >= end || other.address + other.pages * PAGE_BYTES <= address) continue;
      if (other.active) {
        throw new FaasmError(
          'STATE_SIZE_MISMATCH',
          `State ${key} or ${other.key} has become larger than it was when the function was initialised: upload it again.`,
        );
      }
      this.#drop(other);
    }
  }

  /** The current call has the mapping from here on. */
  #give(mapping: Mapping, { offset, length, declares }: MapWish): number {
    const { region, copy } = mapping;
    if (!mapping.active) {
      mapping.active = true;
      beginUse(region);
      copy?.restart();
    }
    // A copy is compared with what was copied, which is as good as a declaration.
    if (copy !== undefined) copy.load(offset, Math.min(offset + length, region.sizeBytes));
    else if (!declares) touch(region);
    return mapping.address;
  }

  #add(key: string, region: Region, page: number): Mapping {
    const pages = pagesFor(region.sizeBytes);
    if (page + pages > ADDRESS_END_PAGES) {
      throw new FaasmError('MAPPING_LIMIT', `No addresses left for a region of ${region.sizeBytes} bytes.`);
    }
    const { budget } = this.#thread;
    if (!budget.reserve('mappings', MAPPINGS.region)) throw this.#overloaded('mappings');
    const address = page * PAGE_BYTES;
    const { layer } = this.#thread;
    const shared = layer.abilities.sharedRegions;
    const copy = shared ? undefined : new RegionCopy(layer, this.#memory, address, region);
    const mapping: Mapping = { key, region, address, pages, copy, active: false };
    try {
      if (!this.#memory.ensurePages(page + pages)) throw this.#overloaded('memory');
      if (shared) layer.mapRegion(this.#memory.memory.buffer, address, region.storage);
    } catch (error) {
      budget.release('mappings', MAPPINGS.region);
      throw error;
    }
    hold(region);
    this.#reserved += MAPPINGS.region;
    this.#mappings.push(mapping);
    this.#nextPage = Math.max(this.#nextPage, page + pages);
    return mapping;
  }

  #drop(mapping: Mapping): void {
    this.#thread.layer.mapZero(this.#memory.memory.buffer, mapping.address, mapping.pages * PAGE_BYTES);
    deactivate(mapping);
    releaseHold(mapping.region);
    this.#mappings = this.#mappings.filter((other) => other !== mapping);
    this.#nextPage = Math.max(
      this.#basePage,
      ...this.#mappings.map(({ address, pages }) => address / PAGE_BYTES + pages),
    );
  }

  #overloaded(what: string): FaasmError {
    return new FaasmError('HOST_OVERLOADED', `The host has no ${what} left to map a region; try again later.`);
  }
}

function deactivate(mapping: Mapping): void {
  if (mapping.active) endUse(mapping.region);
  mapping.active = false;
}
