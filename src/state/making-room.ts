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

/** What making room needs. */
export interface RoomContext extends ValueContext {
  readonly store: RegionStore;
  readonly values: ValueTable;
  /** Work on values, by their names. */
  readonly turns: Turns;
}

/**
 * {@link RegionStore.create}, for which other values give way that nobody uses and the global tier has. Throws what it
 * throws, once there are none.
 */
export async function createRegion(
  context: RoomContext,
  user: string,
  key: string,
  length: number,
  present: boolean,
): Promise<Region> {
  const { store } = context;
  const until = performance.now() + RECLAIM_MS;
  for (;;) {
    try {
      return store.create(user, key, length, present);
    } catch (error) {
      const { code } = toFaasmError(error);
      const mine = code === 'STATE_LIMIT' && length > 0 ? user : undefined;
      if (mine === undefined && code !== 'HOST_OVERLOADED') throw error;
      const waits = (await makeRoom(context, mine)) || store.reclaim();
      if (!waits || performance.now() > until) throw error;
      await new Promise<void>((resolve) => setTimeout(resolve, RECLAIM_STEP_MS));
    }
  }
}

/** Drops what nobody uses and the global tier has: of one user, or of all and twins, too. False: there is nothing. */
async function makeRoom(context: RoomContext, user: string | undefined): Promise<boolean> {
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
