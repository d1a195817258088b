import { MAPPINGS } from '../core/budget.ts';
import { FaasmError } from '../core/errors.ts';
import { PAGE_BYTES, pagesFor } from '../core/limits.ts';
import { hold, isStale, type Region, releaseHold } from '../state/region.ts';
import type { GuestThread } from './guest-thread.ts';
import type { PooledMemory } from './memory-pool.ts';

interface Mapping {
  readonly key: string;
  readonly region: Region;
  readonly address: number;
  readonly pages: number;
  /** Whether the current call has asked for it. */
  active: boolean;
}

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
   * Maps a region and answers its address; the same for the same value throughout a call.
   * Throws `MAPPING_LIMIT` past `limit` regions and `HOST_OVERLOADED` when the host has no mappings left.
   */
  map(key: string, region: Region, limit: number): number {
    const known = this.#mappings.find((mapping) => mapping.key === key && mapping.region.id === region.id);
    if (known?.active === true) return known.address;
    if (this.active.length >= limit) {
      throw new FaasmError('MAPPING_LIMIT', `The function maps more than its limit of ${limit} regions.`);
    }
    if (known !== undefined) {
      known.active = true;
      // A copied region is as old as the call that copied it.
      if (!this.#thread.layer.abilities.sharedRegions) this.#put(known);
      return known.address;
    }
    return this.#add(key, region, this.#nextPage);
  }

  /** Maps a region of the proto-function at the address that the zygote got. Throws as {@link map}. */
  mapAt(key: string, region: Region, address: number): void {
    const known = this.#mappings.find((mapping) => mapping.address === address);
    if (known?.region.id === region.id) {
      known.active = true;
      if (!this.#thread.layer.abilities.sharedRegions) this.#put(known);
      return;
    }
    if (known !== undefined) this.#drop(known);
    this.#makeRoom(key, region, address);
    this.#add(key, region, address / PAGE_BYTES);
  }

  /** The current call's mapping of `key`, if it has one. */
  find(key: string): { readonly address: number; readonly region: Region } | undefined {
    return this.#mappings.findLast((mapping) => mapping.key === key && mapping.active);
  }

  /** Ends the call: the mappings stay for the next one of the same function, unless they have become many. */
  endCall(): void {
    if (this.#reserved > KEPT_MAX) return this.clear();
    for (const mapping of this.#mappings) mapping.active = false;
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
    for (const { region } of this.#mappings) releaseHold(region);
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

  #add(key: string, region: Region, page: number): number {
    const pages = pagesFor(region.sizeBytes);
    if (page + pages > ADDRESS_END_PAGES) {
      throw new FaasmError('MAPPING_LIMIT', `No addresses left for a region of ${region.sizeBytes} bytes.`);
    }
    const { budget } = this.#thread;
    if (!budget.reserve('mappings', MAPPINGS.region)) throw this.#overloaded('mappings');
    const mapping: Mapping = { key, region, address: page * PAGE_BYTES, pages, active: true };
    try {
      if (!this.#memory.ensurePages(page + pages)) throw this.#overloaded('memory');
      this.#put(mapping);
    } catch (error) {
      budget.release('mappings', MAPPINGS.region);
      throw error;
    }
    hold(region);
    this.#reserved += MAPPINGS.region;
    this.#mappings.push(mapping);
    this.#nextPage = Math.max(this.#nextPage, page + pages);
    return mapping.address;
  }

  #put({ address, region }: Mapping): void {
    this.#thread.layer.mapRegion(this.#memory.memory.buffer, address, region.storage);
  }

  #drop(mapping: Mapping): void {
    this.#thread.layer.mapZero(this.#memory.memory.buffer, mapping.address, mapping.pages * PAGE_BYTES);
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
