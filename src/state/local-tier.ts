import type { Budget } from '../core/budget.ts';
import type {
  GlobalState,
  StateChange,
  StateCondition,
  StateEntry,
  StateRange,
  StateStat,
  StateSum,
} from '../core/global-state.ts';
import { Turns } from '../core/turns.ts';
import type { MemoryLayer } from '../layer/layer.ts';
import { checkInside, fetchRange, findOrMake, findValue } from './finding.ts';
import type { Holder } from './holders.ts';
import { makeRoom, withRoom } from './making-room.ts';
import { pushMasked } from './masked-push.ts';
import { pushChanges } from './pushing.ts';
import { hold, type Region } from './region.ts';
import { RegionStore, type RegionStoreOptions } from './region-store.ts';
import type { RegionWish } from './region-wish.ts';
import { addTo, compareAndSetIn, removeWhole, setRangeOf, setWhole } from './tier-changes.ts';
import { takeTwin } from './twins.ts';
import { valueName } from './value.ts';
import { pullValue } from './value-pull.ts';
import { type RegionReplaced, ValueTable } from './value-table.ts';
import { type WritePlace, writeAt, writeWhole } from './writing.ts';

/** What {@link LocalTier} is set up with. */
export interface LocalTierOptions extends RegionStoreOptions {
  readonly global: GlobalState;
  readonly replaced: RegionReplaced;
  /** The host has no memory for state: what else is not in use should give way. */
  readonly crowded?: () => void;
}

/** What the functions on values work with. */
interface TierContext {
  readonly global: GlobalState;
  readonly layer: MemoryLayer;
  readonly budget: Budget;
  readonly store: RegionStore;
  readonly values: ValueTable;
  readonly turns: Turns;
  readonly crowded: () => void;
}

/**
 * The state values that this host holds, one region per user and key, in front of the global tier (docs/state.md).
 * Ranges are fetched when first asked for and stay until memory is short; pushes send what has changed. Everything here
 * waits for earlier work on the same key and throws what the global tier throws. Lives on the main thread.
 */
export class LocalTier {
  readonly #context: TierContext;
  #relieving = false;

  constructor(options: LocalTierOptions) {
    const { global, layer, budget, crowded = () => undefined } = options;
    const store = new RegionStore(options);
    const values = new ValueTable(store, options.replaced);
    this.#context = { global, layer, budget, store, values, turns: new Turns(), crowded };
  }

  /** Pages of memory that twins take, of values that functions change by pointer without declaring it. */
  get twinPages(): number {
    return this.#context.values.all().reduce((pages, { twin }) => pages + (twin?.pages ?? 0), 0);
  }

  /** See RegionStore. */
  openHolder(): Holder {
    return this.#context.store.openHolder();
  }

  closeHolder(holder: Holder): void {
    this.#context.store.closeHolder(holder);
  }

  /**
   * Answers the region of a key as wished, with a hold of `holder` that is released by it or with it (see region.ts).
   * Throws `STATE_SIZE_MISMATCH`, `STATE_LIMIT`, `HOST_OVERLOADED`.
   */
  acquire(user: string, key: string, wish: RegionWish, holder?: Holder): Promise<Region | undefined> {
    return this.#turn(user, key, async (context) => {
      const value =
        wish.kind === 'existing'
          ? await findValue(context, user, key)
          : await findOrMake(context, user, key, wish.totalBytes, wish.offset + wish.length);
      if (value === undefined) return undefined;
      const { region } = value;
      await fetchRange(context, value, wish.offset, Math.min(wish.offset + wish.length, region.sizeBytes));
      if (wish.kind === 'pointer' && !wish.declares)
        await withRoom(context, () => takeTwin(context, value, context.budget));
      // Nobody is there any more to release the hold.
      if (holder?.open === false) return undefined;
      const theirs = holder === undefined ? region : { ...region, holder: holder.slot };
      hold(theirs);
      return theirs;
    });
  }

  /** Lets go of all that nobody uses and the global tier has, as for work that finds no memory. Never rejects. */
  async relieve(): Promise<void> {
    if (this.#relieving) return;
    this.#relieving = true;
    try {
      await makeRoom(this.#context, undefined);
      this.#context.store.reclaim();
    } catch {
      // Looking at what has changed takes memory, too; what could not be let go of now can be the next time.
    } finally {
      this.#relieving = false;
    }
  }

  /** Size of a value here or in the global tier, 0 when there is none. */
  async size(user: string, key: string): Promise<number> {
    const { global, values } = this.#context;
    return values.get(user, key)?.region.sizeBytes ?? (await global.stat(user, key))?.sizeBytes ?? 0;
  }

  /**
   * Writes a whole value, or at a place of one, on this host; it counts as declared. `bytes` stays the caller's and must
   * not change meanwhile. Throws `STATE_SIZE_MISMATCH`, `STATE_LIMIT`, `HOST_OVERLOADED`.
   */
  write(user: string, key: string, bytes: Uint8Array, place?: WritePlace): Promise<void> {
    return this.#turn(user, key, (context) =>
      place === undefined ? writeWhole(context, user, key, bytes) : writeAt(context, user, key, bytes, place),
    );
  }

  /**
   * Declares that [offset, offset + length) was changed through a pointer; without a range, all of it. Throws
   * `STATE_UNINITIALISED` when the host does not hold the value, `STATE_SIZE_MISMATCH`.
   */
  declare(user: string, key: string, range?: { readonly offset: number; readonly length: number }): Promise<void> {
    return this.#turn(user, key, async ({ values }) => {
      const value = values.present(user, key);
      const { offset, length } = range ?? { offset: 0, length: value.region.sizeBytes };
      checkInside(user, key, value.region.sizeBytes, offset + length);
      value.dirty.add(offset, offset + length);
    });
  }

  /** Sends what has changed to the global tier. Throws `STATE_UNINITIALISED` when the host does not hold the value. */
  push(user: string, key: string): Promise<void> {
    return this.#turn(user, key, (context) => {
      const value = context.values.present(user, key);
      return withRoom(context, () => pushChanges(context, value));
    });
  }

  /** {@link push}, then {@link pull}. */
  pushAndPull(user: string, key: string): Promise<void> {
    return this.#turn(user, key, async (context) => {
      const value = context.values.present(user, key);
      await withRoom(context, () => pushChanges(context, value));
      await pullValue(context, user, key);
    });
  }

  /**
   * Sends the bytes of a value for which the value `maskKey` of the same size holds something else than 0, and sets that
   * to zeros here. Throws `STATE_UNINITIALISED`, `STATE_SIZE_MISMATCH`.
   */
  pushMasked(user: string, key: string, maskKey: string): Promise<void> {
    return pushMasked(this.#context, user, key, maskKey);
  }

  /**
   * Brings the value up to what the global tier holds, all of it; bytes that were changed here and not pushed stay.
   * Without a value anywhere it makes one of `length` zeros. Throws `STATE_SIZE_MISMATCH` when the global tier's value
   * is of another size and changes of this one have not been pushed, or when `length` is more than there is.
   */
  pull(user: string, key: string, length: number): Promise<void> {
    return this.#turn(user, key, async (context) => {
      await pullValue(context, user, key);
      const value = await findOrMake(context, user, key, length, 0);
      await fetchRange(context, value, 0, value.region.sizeBytes);
    });
  }

  /** {@link GlobalState.add}; the value here gets the result, too. */
  add(user: string, key: string, offset: number, delta: bigint, width: 4 | 8): Promise<StateSum> {
    return this.#turn(user, key, (context) => addTo(context, user, key, offset, delta, width));
  }

  /** {@link GlobalState.compareAndSet}; the value here gets what the global tier has at these bytes then. */
  compareAndSet(
    user: string,
    key: string,
    offset: number,
    expected: Uint8Array,
    replacement: Uint8Array,
  ): Promise<StateChange | undefined> {
    return this.#turn(user, key, (context) => compareAndSetIn(context, user, key, offset, expected, replacement));
  }

  /**
   * Sets a value in both tiers, as an upload does; `bytes` belongs to the tier from here. Faaslets that have the value
   * mapped see it if its size is the same. Throws `STATE_LIMIT`, `STATE_CONFLICT`.
   */
  set(user: string, key: string, bytes: Uint8Array, condition?: StateCondition): Promise<StateStat> {
    return this.#turn(user, key, (context) => setWhole(context, user, key, bytes, condition));
  }

  /**
   * Writes a range of a value in both tiers; other changes of this host are not pushed by that. Undefined when the global
   * tier has no value. `range` stays the caller's. Throws `STATE_SIZE_MISMATCH`, `STATE_CONFLICT`.
   */
  setRange(
    user: string,
    key: string,
    range: StateRange,
    condition: StateCondition = {},
  ): Promise<StateChange | undefined> {
    return this.#turn(user, key, (context) => setRangeOf(context, user, key, range, condition));
  }

  /** Removes the value from both tiers; false when there was none. Faaslets that have it mapped keep what they have. */
  remove(user: string, key: string, condition?: StateCondition): Promise<boolean> {
    return this.#turn(user, key, (context) => removeWhole(context, user, key, condition));
  }

  /** Keys of the global tier that begin with `prefix`. */
  list(user: string, prefix: string): Promise<readonly StateEntry[]> {
    return this.#context.global.list(user, prefix);
  }

  /** A copy of the value in the global tier. */
  async get(user: string, key: string): Promise<Uint8Array | undefined> {
    const { global } = this.#context;
    const stat = await global.stat(user, key);
    return stat === undefined ? undefined : (await global.read(user, key, 0, stat.sizeBytes))?.bytes;
  }

  #turn<T>(user: string, key: string, work: (context: TierContext) => Promise<T>): Promise<T> {
    return this.#context.turns.take(valueName(user, key), () => work(this.#context));
  }
}
