import { type FindContext, fetchRange, findOrMake, makeValue } from './finding.ts';
import { STATE_PAGE_BYTES } from './region.ts';
import { putBytes } from './value.ts';

/** Where bytes are to be written: at an offset of a value of `totalBytes`, 0 for the size that it has. */
export interface WritePlace {
  readonly offset: number;
  readonly totalBytes: number;
}

/** Writes a whole value on this host, of another size than before if need be; all of it counts as declared. */
export async function writeWhole(context: FindContext, user: string, key: string, bytes: Uint8Array): Promise<void> {
  const before = context.values.get(user, key);
  const same = before?.region.sizeBytes === bytes.length;
  const value = before !== undefined && same ? before : await makeValue(context, user, key, bytes.length);
  value.dirty.add(0, bytes.length);
  await putBytes(context, value, 0, bytes);
}

/** Writes at a place of a value on this host; what is written counts as declared. */
export async function writeAt(
  context: FindContext,
  user: string,
  key: string,
  bytes: Uint8Array,
  { offset, totalBytes }: WritePlace,
): Promise<void> {
  const end = offset + bytes.length;
  const value = await findOrMake(context, user, key, totalBytes, end);
  // Whole pages are overwritten; of those at the ends the rest has to be there.
  if (offset % STATE_PAGE_BYTES !== 0) await fetchRange(context, value, offset, offset + 1);
  if (end % STATE_PAGE_BYTES !== 0) await fetchRange(context, value, end - 1, end);
  value.dirty.add(offset, end);
  await putBytes(context, value, offset, bytes);
}
