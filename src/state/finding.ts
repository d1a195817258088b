import { FaasmError } from '../core/errors.ts';
import { type FetchContext, fetchMissing } from './fetching.ts';
import { createRegion, type RoomContext, withRoom } from './making-room.ts';
import { type LocalValue, valueName } from './value.ts';

/** What finding needs: a value that is not here yet gets a region. */
export interface FindContext extends FetchContext, RoomContext {}

/** The value here, else what the global tier has, of which nothing has been fetched yet. Throws as createRegion(). */
export async function findValue(context: FindContext, user: string, key: string): Promise<LocalValue | undefined> {
  const known = context.values.get(user, key);
  if (known !== undefined) return known;
  const stat = await context.global.stat(user, key);
  if (stat === undefined || stat.sizeBytes === 0) return undefined;
  return context.values.put(user, key, await createRegion(context, user, key, stat.sizeBytes, false), stat.version);
}

/**
 * The value, made of `totalBytes` zeros where there is none; at least `totalBytes` and `end` bytes of it. Throws
 * `STATE_SIZE_MISMATCH`, and as createRegion().
 */
export async function findOrMake(
  context: FindContext,
  user: string,
  key: string,
  totalBytes: number,
  end: number,
): Promise<LocalValue> {
  const known = await findValue(context, user, key);
  const sizeBytes = known?.region.sizeBytes ?? totalBytes;
  if (totalBytes > sizeBytes) {
    throw new FaasmError(
      'STATE_SIZE_MISMATCH',
      `State ${valueName(user, key)} holds ${sizeBytes} bytes, but ${totalBytes} were asked for. Ask for 0 to get it as it is.`,
    );
  }
  // Before a value is made, so that none is left behind.
  if (end !== Number.POSITIVE_INFINITY) checkInside(user, key, sizeBytes, end);
  return known ?? makeValue(context, user, key, totalBytes);
}

/** A value of zeros that the global tier has not had, in place of what there was on this host. Throws as createRegion(). */
export async function makeValue(context: FindContext, user: string, key: string, length: number): Promise<LocalValue> {
  // In this order: where a limit refuses the new region, the value stays what it was.
  const region = await createRegion(context, user, key, length, true);
  const before = context.values.get(user, key);
  if (before !== undefined) context.values.retire(before);
  return context.values.put(user, key, region, 0);
}

/** {@link fetchMissing}, for which other values give way where memory is short. */
export function fetchRange(context: FindContext, value: LocalValue, from: number, to: number): Promise<void> {
  return withRoom(context, () => fetchMissing(context, value, from, to));
}

/** Throws `STATE_SIZE_MISMATCH` where a value of `sizeBytes` has no bytes up to `end`. */
export function checkInside(user: string, key: string, sizeBytes: number, end: number): void {
  if (end <= sizeBytes) return;
  throw new FaasmError(
    'STATE_SIZE_MISMATCH',
    `State ${valueName(user, key)} holds ${sizeBytes} bytes: there are none up to ${end}.`,
  );
}
