import { type FetchContext, sizeChanged } from './fetching.ts';
import { type RoomContext, withRoom } from './making-room.ts';
import { refresh } from './pulling.ts';
import { hasChanges } from './pushing.ts';

/** What pulling a value needs. */
export interface PullContext extends FetchContext, RoomContext {}

/**
 * Brings what is here of a value up to what the global tier has; bytes that were changed here and not pushed stay. Where
 * it is of another size there, or not there any more, the host lets go of the value, unless changes would be lost. Throws
 * `STATE_SIZE_MISMATCH` then, and what the global tier throws.
 */
export async function pullValue(context: PullContext, user: string, key: string): Promise<void> {
  const value = context.values.get(user, key);
  const stat = await context.global.stat(user, key);
  if (value === undefined) return;
  const { sizeBytes } = value.region;
  if (stat?.sizeBytes === sizeBytes) return withRoom(context, () => refresh(context, value, stat));
  // What has never been there stays.
  if (stat === undefined && value.version === 0) return;
  if (await hasChanges(context, value)) {
    if (stat === undefined) return;
    throw sizeChanged(user, key, sizeBytes, stat.sizeBytes);
  }
  context.values.retire(value);
}
