import type { Budget } from '../core/budget.ts';
import { FaasmError, toFaasmError } from '../core/errors.ts';
import type { GlobalState, StateCondition, StateEntry, StateStat } from '../core/global-state.ts';
import { Turns } from '../core/turns.ts';
import type { MemoryLayer } from '../layer/layer.ts';
import { fetchMissing, sizeChanged } from './fetching.ts';
import type { Holder } from './holders.ts';
import { maskRanges, zeroMask } from './mask.ts';
import { refresh } from './pulling.ts';
import { hasChanges, pushChanges, pushRanges, settle } from './pushing.ts';
import { hold, isTouched, isUsed, markStale, pageRuns, type Region, STATE_PAGE_BYTES, unmarkStale } from './region.ts';
import { RegionStore } from './region-store.ts';
import { dropTwin, takeTwin } from './twins.ts';
import { type LocalValue, localValue, putBytes, valueName } from './value.ts';

/** How a caller wants a region: with [offset, offset + length) fetched, as far as the value reaches. */
export type RegionWish =
  /** The value as it is; none when the key holds nothing. */
  | { readonly kind: 'existing'; readonly offset: number; readonly length: number }
  /** At least `totalBytes`, made of zeros when the key holds nothing; 0: as it is. */
  | {
      readonly kind: 'pointer';
      readonly totalBytes: number;
      readonly offset: number;
      readonly length: number;
      /** The caller declares what it changes through the pointer: no twin is kept for it. */
      readonly declares: boolean;
    };

/** Where bytes are to be written: at an offset of a value of `totalBytes`, 0 for the size that it has. */
export interface WritePlace {
  readonly offset: number;
  readonly totalBytes: number;
}

/** Told when a key's storage changed, so that threads forget what they hold. */
export type RegionReplaced = (user: string, key: string) => void;

/** What {@link LocalTier} is set up with. */
export interface LocalTierOptions {
  readonly global: GlobalState;
  readonly layer: MemoryLayer;
  readonly budget: Budget;
  /** Largest value in bytes. */
  readonly valueLimitBytes: number;
  /** What the regions of one user may take on this host. */
  readonly userLimitBytes: number;
  readonly replaced: RegionReplaced;
  /** Threads that hold regions at the same time. */
  readonly holders?: number;
}

/** How long a request waits at most for storage that threads have been asked to let go of. */
const RECLAIM_MS = 1000;
const RECLAIM_STEP_MS = 5;

/**
 * The state values that this host holds, one region per user and key, in front of the global tier (docs/state.md).
 * Ranges are fetched when first asked for and stay until memory is short; pushes send what has changed. Everything here
 * waits for earlier work on the same key and throws what the global tier throws. Lives on the main thread.
 */
export class LocalTier {
  readonly #global: GlobalState;
  readonly #layer: MemoryLayer;
  readonly #budget: Budget;
  readonly #replaced: RegionReplaced;
  readonly #store: RegionStore;
  readonly #values = new Map<string, LocalValue>();
  /** Operations on one key happen one after the other. */
  readonly #turns = new Turns();
  /** Keys with an operation under way, and how many of them there are. */
  readonly #busy = new Map<string, number>();

  constructor(options: LocalTierOptions) {
    this.#global = options.global;
    this.#layer = options.layer;
    this.#budget = options.budget;
    this.#replaced = options.replaced;
    this.#store = new RegionStore(options);
  }

  /** Pages of memory that twins take, of values that functions change by pointer without declaring it. */
  get twinPages(): number {
    let pages = 0;
    for (const { twin } of this.#values.values()) pages += twin?.pages ?? 0;
    return pages;
  }

  /** See RegionStore. */
  openHolder(): Holder {
    return this.#store.openHolder();
  }

  closeHolder(holder: Holder): void {
    this.#store.closeHolder(holder);
  }

  /**
   * Answers the region of a key as wished, with a hold of `holder` that is released by it or with it (see region.ts).
   * Throws `STATE_SIZE_MISMATCH`, `STATE_LIMIT`, `HOST_OVERLOADED`.
   */
  acquire(user: string, key: string, wish: RegionWish, holder?: Holder): Promise<Region | undefined> {
    return this.#turn(user, key, async () => {
      const value =
        wish.kind === 'existing'
          ? await this.#find(user, key)
          : await this.#findOrMake(user, key, wish.totalBytes, wish.offset + wish.length);
      if (value === undefined) return undefined;
      const { region } = value;
      await fetchMissing(this.#context, value, wish.offset, Math.min(wish.offset + wish.length, region.sizeBytes));
      if (wish.kind === 'pointer' && !wish.declares) await takeTwin(this.#context, value, this.#budget);
      // Nobody is there any more to release the hold.
      if (holder?.open === false) return undefined;
      const theirs = holder === undefined ? region : { ...region, holder: holder.slot };
      hold(theirs);
      return theirs;
    });
  }

  /** Size of a value here or in the global tier, 0 when there is none. */
  async size(user: string, key: string): Promise<number> {
    const value = this.#values.get(valueName(user, key));
    return value?.region.sizeBytes ?? (await this.#global.stat(user, key))?.sizeBytes ?? 0;
  }

  /**
   * Writes a whole value, or at a place of one, on this host; it counts as declared. `bytes` stays the caller's and must
   * not change meanwhile. Throws `STATE_SIZE_MISMATCH`, `STATE_LIMIT`, `HOST_OVERLOADED`.
   */
  write(user: string, key: string, bytes: Uint8Array, place?: WritePlace): Promise<void> {
    return this.#turn(user, key, async () => {
      if (place === undefined) return this.#writeWhole(user, key, bytes);
      const end = place.offset + bytes.length;
      const value = await this.#findOrMake(user, key, place.totalBytes, end);
      // Whole pages are overwritten; of those at the ends the rest has to be there.
      if (place.offset % STATE_PAGE_BYTES !== 0)
        await fetchMissing(this.#context, value, place.offset, place.offset + 1);
      if (end % STATE_PAGE_BYTES !== 0) await fetchMissing(this.#context, value, end - 1, end);
      value.dirty.add(place.offset, end);
      await putBytes(this.#context, value, place.offset, bytes);
    });
  }

  /**
   * Declares that [offset, offset + length) was changed through a pointer; without a range, all of it. Throws
   * `STATE_UNINITIALISED` when the host does not hold the value, `STATE_SIZE_MISMATCH`.
   */
  declare(user: string, key: string, range?: { readonly offset: number; readonly length: number }): Promise<void> {
    return this.#turn(user, key, async () => {
      const value = this.#present(user, key);
      const { offset, length } = range ?? { offset: 0, length: value.region.sizeBytes };
      checkInside(user, key, value.region.sizeBytes, offset + length);
      value.dirty.add(offset, offset + length);
    });
  }

  /** Sends what has changed to the global tier. Throws `STATE_UNINITIALISED` when the host does not hold the value. */
  push(user: string, key: string): Promise<void> {
    return this.#turn(user, key, () => pushChanges(this.#context, this.#present(user, key)));
  }

  /** {@link push}, then {@link pull}. */
  pushAndPull(user: string, key: string): Promise<void> {
    return this.#turn(user, key, async () => {
      await pushChanges(this.#context, this.#present(user, key));
      await this.#pull(user, key);
    });
  }

  /**
   * Sends the bytes of a value for which the value `maskKey` of the same size holds something else than 0, and sets that
   * to zeros here. Throws `STATE_UNINITIALISED`, `STATE_SIZE_MISMATCH`.
   */
  async pushMasked(user: string, key: string, maskKey: string): Promise<void> {
    // One key at a time: two masks that name each other must not wait for each other.
    const ranges = await this.#turn(user, maskKey, async () => {
      const mask = this.#present(user, maskKey);
      const { sizeBytes } = this.#present(user, key).region;
      if (mask.region.sizeBytes !== sizeBytes) {
        throw new FaasmError(
          'STATE_SIZE_MISMATCH',
          `State ${valueName(user, maskKey)} holds ${mask.region.sizeBytes} bytes and cannot mask ${valueName(user, key)} of ${sizeBytes}.`,
        );
      }
      const found = await maskRanges(this.#context, mask);
      await zeroMask(this.#context, mask, found);
      return found;
    });
    await this.#turn(user, key, async () => {
      const value = this.#present(user, key);
      try {
        await pushRanges(this.#context, value, ranges);
      } catch (error) {
        // The mask has been zeroed: what it said is kept as declared changes.
        value.dirty.addAll(ranges);
        throw error;
      }
      await this.#pull(user, key);
    });
  }

  /**
   * Brings the value up to what the global tier holds, all of it; bytes that were changed here and not pushed stay.
   * Without a value anywhere it makes one of `length` zeros. Throws `STATE_SIZE_MISMATCH` when the global tier's value
   * is of another size and changes of this one have not been pushed, or when `length` is more than there is.
   */
  pull(user: string, key: string, length: number): Promise<void> {
    return this.#turn(user, key, async () => {
      await this.#pull(user, key);
      const value = await this.#findOrMake(user, key, length, 0);
      await fetchMissing(this.#context, value, 0, value.region.sizeBytes);
    });
  }

  /** {@link GlobalState.add}; the value here gets the result, too. */
  add(user: string, key: string, offset: number, delta: bigint, width: 4 | 8): Promise<bigint> {
    return this.#turn(user, key, async () => {
      await this.#publish(user, key);
      const result = await this.#global.add(user, key, offset, delta, width);
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigInt64(0, result, true);
      await this.#takeOver(user, key, offset, bytes.slice(0, width));
      return result;
    });
  }

  /** {@link GlobalState.compareAndSet}; the value here gets what the global tier has at these bytes then. */
  compareAndSet(
    user: string,
    key: string,
    offset: number,
    expected: Uint8Array,
    replacement: Uint8Array,
  ): Promise<boolean> {
    return this.#turn(user, key, async () => {
      await this.#publish(user, key);
      const done = await this.#global.compareAndSet(user, key, offset, expected, replacement);
      const now = done ? replacement : (await this.#global.read(user, key, offset, expected.length))?.bytes;
      if (now !== undefined) await this.#takeOver(user, key, offset, now);
      return done;
    });
  }

  /**
   * Sets a value in both tiers, as an upload does; `bytes` belongs to the tier from here. Faaslets that have the value
   * mapped see it if its size is the same. Throws `STATE_LIMIT`, `STATE_CONFLICT`.
   */
  set(user: string, key: string, bytes: Uint8Array, condition?: StateCondition): Promise<StateStat> {
    return this.#turn(user, key, async () => {
      this.#store.checkFits(user, key, bytes.length);
      const value = this.#values.get(valueName(user, key));
      const same = value?.region.sizeBytes === bytes.length;
      // Large values are not copied for a global tier that keeps what it is given, unless they are needed here.
      const stat = await this.#global.write(user, key, same ? bytes.slice() : bytes, condition);
      if (value === undefined) return stat;
      if (same) {
        value.dirty.take();
        await putBytes(this.#context, value, 0, bytes);
        value.twin?.set(0, bytes);
        value.version = stat.version;
      } else this.#retire(value);
      return stat;
    });
  }

  /** Removes the value from both tiers; false when there was none. Faaslets that have it mapped keep what they have. */
  remove(user: string, key: string, condition?: StateCondition): Promise<boolean> {
    return this.#turn(user, key, async () => {
      const value = this.#values.get(valueName(user, key));
      const removed = await this.#global.remove(user, key, condition);
      if (value !== undefined) this.#retire(value);
      return removed || value !== undefined;
    });
  }

  /** Keys of the global tier that begin with `prefix`. */
  list(user: string, prefix: string): Promise<readonly StateEntry[]> {
    return this.#global.list(user, prefix);
  }

  /** A copy of the value in the global tier. */
  async get(user: string, key: string): Promise<Uint8Array | undefined> {
    const stat = await this.#global.stat(user, key);
    return stat === undefined ? undefined : (await this.#global.read(user, key, 0, stat.sizeBytes))?.bytes;
  }

  get #context() {
    return { global: this.#global, layer: this.#layer };
  }

  async #turn<T>(user: string, key: string, work: () => Promise<T>): Promise<T> {
    const name = valueName(user, key);
    this.#busy.set(name, (this.#busy.get(name) ?? 0) + 1);
    try {
      return await this.#turns.take(name, work);
    } finally {
      const left = (this.#busy.get(name) ?? 1) - 1;
      if (left > 0) this.#busy.set(name, left);
      else this.#busy.delete(name);
    }
  }

  /** The value here, else what the global tier has, of which nothing has been fetched yet. */
  async #find(user: string, key: string): Promise<LocalValue | undefined> {
    const known = this.#values.get(valueName(user, key));
    if (known !== undefined) return known;
    const stat = await this.#global.stat(user, key);
    if (stat === undefined || stat.sizeBytes === 0) return undefined;
    return this.#keep(user, key, stat.sizeBytes, stat.version);
  }

  /** The value, made of `totalBytes` zeros where there is none; at least `totalBytes` and `end` bytes of it. */
  async #findOrMake(user: string, key: string, totalBytes: number, end: number): Promise<LocalValue> {
    const known = await this.#find(user, key);
    const sizeBytes = known?.region.sizeBytes ?? totalBytes;
    if (totalBytes > sizeBytes) {
      throw new FaasmError(
        'STATE_SIZE_MISMATCH',
        `State ${valueName(user, key)} holds ${sizeBytes} bytes, but ${totalBytes} were asked for. Ask for 0 to get it as it is.`,
      );
    }
    // Before a value is made, so that none is left behind.
    if (end !== Number.POSITIVE_INFINITY) checkInside(user, key, sizeBytes, end);
    return known ?? this.#keep(user, key, totalBytes, 0);
  }

  #present(user: string, key: string): LocalValue {
    const value = this.#values.get(valueName(user, key));
    if (value !== undefined) return value;
    throw new FaasmError(
      'STATE_UNINITIALISED',
      `State ${valueName(user, key)} has no value on this host to push: read or write it first.`,
    );
  }

  async #writeWhole(user: string, key: string, bytes: Uint8Array): Promise<void> {
    const before = this.#values.get(valueName(user, key));
    const value =
      before?.region.sizeBytes === bytes.length ? before : await this.#replace(user, key, bytes.length, before);
    value.dirty.add(0, bytes.length);
    await putBytes(this.#context, value, 0, bytes);
  }

  /** In this order: where a limit refuses the new region, the value stays what it was. */
  async #replace(user: string, key: string, length: number, before: LocalValue | undefined): Promise<LocalValue> {
    const region = await this.#create(user, key, length, true);
    if (before !== undefined) this.#retire(before);
    const value = localValue(user, key, region, 0);
    this.#values.set(valueName(user, key), value);
    return value;
  }

  /** A region for a value of which nothing has been fetched, or, version 0, that is made here. */
  async #keep(user: string, key: string, length: number, version: number): Promise<LocalValue> {
    const region = await this.#create(user, key, length, version === 0);
    const value = localValue(user, key, region, version);
    this.#values.set(valueName(user, key), value);
    return value;
  }

  async #pull(user: string, key: string): Promise<void> {
    const value = this.#values.get(valueName(user, key));
    const stat = await this.#global.stat(user, key);
    if (value === undefined) return;
    const { sizeBytes } = value.region;
    if (stat?.sizeBytes === sizeBytes) return refresh(this.#context, value, stat);
    // What has never been there stays.
    if (stat === undefined && value.version === 0) return;
    if (await hasChanges(this.#context, value)) {
      if (stat === undefined) return;
      throw sizeChanged(user, key, sizeBytes, stat.sizeBytes);
    }
    this.#retire(value);
  }

  /** What was made here and is not in the global tier goes there first, for operations that the tier itself makes. */
  async #publish(user: string, key: string): Promise<void> {
    const value = this.#values.get(valueName(user, key));
    if (value?.version !== 0) return;
    value.dirty.add(0, value.region.sizeBytes);
    await pushChanges(this.#context, value);
  }

  /** Bytes that the global tier has just set: the value here has them, too, whatever was changed. */
  async #takeOver(user: string, key: string, offset: number, bytes: Uint8Array): Promise<void> {
    const value = this.#values.get(valueName(user, key));
    if (value === undefined || offset + bytes.length > value.region.sizeBytes) return;
    for (const [from, to] of pageRuns(value.region, offset, offset + bytes.length, true)) {
      const start = Math.max(from, offset);
      const piece = bytes.subarray(start - offset, to - offset);
      await putBytes(this.#context, value, start, piece);
      value.twin?.set(start, piece);
    }
    value.dirty.remove(offset, offset + bytes.length);
  }

  async #create(user: string, key: string, length: number, present: boolean): Promise<Region> {
    const until = performance.now() + RECLAIM_MS;
    for (;;) {
      try {
        return this.#store.create(user, key, length, present);
      } catch (error) {
        const { code } = toFaasmError(error);
        const mine = code === 'STATE_LIMIT' && length > 0 ? user : undefined;
        if (mine === undefined && code !== 'HOST_OVERLOADED') throw error;
        const waits = (await this.#makeRoom(mine)) || this.#store.reclaim();
        if (!waits || performance.now() > until) throw error;
        await new Promise<void>((resolve) => setTimeout(resolve, RECLAIM_STEP_MS));
      }
    }
  }

  /** Drops what nobody uses and the global tier has: of one user, or of all and twins, too. False: there is nothing. */
  async #makeRoom(user: string | undefined): Promise<boolean> {
    let dropped = false;
    for (const value of [...this.#values.values()]) {
      if (user !== undefined && user !== value.user) continue;
      // Only keys that nothing is done with are waited for, so that two who make room never wait for each other.
      if (this.#busy.has(valueName(value.user, value.key))) continue;
      await this.#turn(value.user, value.key, async () => {
        if (this.#values.get(valueName(value.user, value.key)) !== value) return;
        await settle(this.#context, value);
        if (user === undefined) dropped = dropTwin(value) || dropped;
        dropped = this.#dropUnused(value) || dropped;
      });
    }
    return dropped;
  }

  #dropUnused(value: LocalValue): boolean {
    const { region, version, dirty } = value;
    if (version === 0 || !dirty.empty || isUsed(region) || isTouched(region)) return false;
    // In this order: a thread that begins to use the region looks whether it is stale after it has said so.
    markStale(region);
    if (isUsed(region) || isTouched(region)) {
      unmarkStale(region);
      return false;
    }
    this.#retire(value);
    return true;
  }

  #retire(value: LocalValue): void {
    const { user, key, region, twin } = value;
    this.#values.delete(valueName(user, key));
    twin?.release();
    value.twin = undefined;
    this.#store.retire(user, region);
    this.#replaced(user, key);
  }
}

function checkInside(user: string, key: string, sizeBytes: number, end: number): void {
  if (end <= sizeBytes) return;
  throw new FaasmError(
    'STATE_SIZE_MISMATCH',
    `State ${valueName(user, key)} holds ${sizeBytes} bytes: there are none up to ${end}.`,
  );
}
