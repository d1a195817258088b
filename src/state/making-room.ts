import { toFaasmError } from '../core/errors.ts';
import type { Turns } from '../core/turns.ts';
import { settle } from './pushing.ts';
import { isTouched, isUsed, markStale, type Region, unmarkStale } from './region.ts';
import type { RegionStore } from './region-store.ts';
import { dropTwin } from './twins.ts';
import { type LocalValue, type ValueContext, valueName } from './value.ts';
import type { ValueTable } from './value-table.ts';

/** How long a request waits at most for storage that threads have been asked to let go of. */
const RECLAIM_MS = 1000;
const RECLAIM_STEP_MS = 5;
/** How long others than state have at least. */
const CROWDED_MS = 100;

/** What making room needs. */
export interface RoomContext extends ValueContext {
  readonly store: RegionStore;
  readonly values: ValueTable;
  /** Work on values, by their names. */
  readonly turns: Turns;
  /** Asks others than state to give way; what they have comes later. */
  readonly crowded: () => void;
}

/** {@link RegionStore.create}, as {@link withRoom}; values of `user` give way where the limit of that user is reached. */
export async function createRegion(
  context: RoomContext,
  user: string,
  key: string,
  length: number,
  present: boolean,
): Promise<Region> {
  // No room is enough for what is too large.
  context.store.checkFits(user, key, length);
  const limited = length > 0 ? user : undefined;
  return withRoom(context, () => context.store.create(user, key, length, present), limited);
}

/**
 * Does `work`, and again where it fails because memory is short and other values can give way, which nobody uses and the
 * global tier has. Throws what it throws once there are none. `user`: whose values give way to work that fails by the limit
 * of a user.
 */
export async function withRoom<T>(context: RoomContext, work: () => T | Promise<T>, user?: string): Promise<T> {
  const began = performance.now();
  for (let waits = true; ; waits = context.store.reclaim()) {
    try {
      return await work();
    } catch (error) {
      const { code } = toFaasmError(error);
      const mine = code === 'STATE_LIMIT' ? user : undefined;
      if (mine === undefined && code !== 'HOST_OVERLOADED') throw error;
      if (mine === undefined) context.crowded();
      const dropped = await makeRoom(context, mine);
      const waitedMs = performance.now() - began;
      const others = mine === undefined && waitedMs < CROWDED_MS;
      // Once more in any case: there may be storage that has not been given back yet.
      if (!(dropped || waits || others) || waitedMs > RECLAIM_MS) throw error;
      await new Promise<void>((resolve) => setTimeout(resolve, RECLAIM_STEP_MS));
    }
  }
}

/** Drops what nobody uses and the global tier has: of one user, or of all and twins, too. False: there is nothing. */
export async function makeRoom(context: RoomContext, user: string | undefined): Promise<boolean> {
  const { turns, values } = context;
  let dropped = false;
  for (const value of values.all()) {
    if (user !== undefined && user !== value.user) continue;
    const name = valueName(value.user, value.key);
    // Only keys that nothing is done with are waited for, so that two who make room never wait for each other.
    if (turns.isBusy(name)) continue;
    await turns.take(name, async () => {
      if (values.get(value.user, value.key) !== value) return;
      await settle(context, value);
      if (user === undefined) dropped = dropTwin(value) || dropped;
      dropped = dropUnused(values, value) || dropped;
    });
  }
  return dropped;
}

function dropUnused(values: ValueTable, value: LocalValue): boolean {
  const { region, version, dirty } = value;
  if (version === 0 || !dirty.empty || isUsed(region) || isTouched(region)) return false;
  // In this order: a thread that begins to use the region looks whether it is stale after it has said so.
  markStale(region);
  if (isUsed(region) || isTouched(region)) {
    unmarkStale(region);
    return false;
  }
  values.retire(value);
  return true;
}
