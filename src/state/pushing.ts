import { toFaasmError } from '../core/errors.ts';
import type { GlobalState, StateRange } from '../core/global-state.ts';
import { differences } from './differences.ts';
import { inPieces } from './pieces.ts';
import { copyRanges, readRanges } from './range-bytes.ts';
import type { Range, RangeSet } from './range-set.ts';
import { clearTouched, isTouched, isUsed, touch } from './region.ts';
import { CHUNK_BYTES } from './twin.ts';
import { type LocalValue, learnVersion, readValue, type ValueContext } from './value.ts';

/** What pushing needs besides the value. */
export interface PushContext extends ValueContext {
  readonly global: GlobalState;
}

/**
 * Sends what has changed here: declared ranges as they are, and of the rest what differs from the twin, byte by byte.
 * All of it arrives or nothing; after an error it has not been forgotten. Throws what the global tier throws.
 */
export async function pushChanges(context: PushContext, value: LocalValue): Promise<void> {
  const { region } = value;
  const touched = isTouched(region);
  // Before the comparison, and looking afterwards: who begins to use the region meanwhile is found by the next push.
  if (touched) clearTouched(region);
  if (touched && isUsed(region)) touch(region);
  const dirty = value.dirty.take();
  try {
    if (dirty.covers(0, region.sizeBytes)) await pushWhole(context, value);
    else if (!(touched && value.version === 0 && (await pushNew(context, value)))) {
      const ranges = await collect(context, value, dirty, touched);
      // A value that was made here is sent even if it holds nothing but zeros.
      if (ranges.length > 0 || (touched && value.version === 0)) await send(context, value, ranges);
    }
  } catch (error) {
    value.dirty.addAll(dirty);
    if (touched) touch(region);
    throw error;
  }
}

/** Whether something has been changed here that has not been pushed. */
export async function hasChanges(context: ValueContext, value: LocalValue): Promise<boolean> {
  if (!value.dirty.empty) return true;
  return isTouched(value.region) && (await collect(context, value, value.dirty, true)).length > 0;
}

/**
 * Forgets that undeclared changes are possible, where nobody has a pointer any more and nothing differs from what was
 * pushed. Reads all of the value.
 */
export async function settle(context: ValueContext, value: LocalValue): Promise<void> {
  const { region } = value;
  if (!isTouched(region) || isUsed(region) || !value.dirty.empty) return;
  clearTouched(region);
  // Somebody who has begun to use it meanwhile says so again.
  if ((await collect(context, value, value.dirty, true)).length > 0 || isUsed(region)) touch(region);
}

/** Sends ranges as they are now, whatever else has changed. */
export async function pushRanges(context: PushContext, value: LocalValue, ranges: RangeSet): Promise<void> {
  if (ranges.empty) return;
  await send(context, value, await readRanges(context, value, ranges.ranges));
  value.dirty.removeAll(ranges);
}

async function pushWhole(context: PushContext, value: LocalValue, options?: { readonly ifVersion: 0 }): Promise<void> {
  const { user, key, region } = value;
  const bytes = await readValue(context, value, 0, region.sizeBytes);
  // The tier keeps what it is given, and the twin learns of it only once the tier has it.
  const sent = value.twin === undefined ? bytes : bytes.slice();
  // Before anything is sent: nothing must fail that has been done.
  value.twin?.makeRoom(0, bytes);
  const { version } = await context.global.write(user, key, sent, options);
  value.twin?.set(0, bytes);
  value.version = version;
}

/**
 * Sends a value that was made here as a whole: against a twin of zeros nearly all of it differs, byte by byte. False when
 * somebody else has made it meanwhile: then only what differs is sent, and what they have pushed stays.
 */
async function pushNew(context: PushContext, value: LocalValue): Promise<boolean> {
  try {
    await pushWhole(context, value, { ifVersion: 0 });
    return true;
  } catch (error) {
    if (toFaasmError(error).code === 'STATE_CONFLICT') return false;
    throw error;
  }
}

async function send(context: PushContext, value: LocalValue, ranges: readonly StateRange[]): Promise<void> {
  const { user, key, region } = value;
  for (const { offset, bytes } of ranges) value.twin?.makeRoom(offset, bytes);
  const changed = await context.global.writeRanges(user, key, region.sizeBytes, ranges);
  for (const { offset, bytes } of ranges) value.twin?.set(offset, bytes);
  learnVersion(value, changed);
  // It is there now, with what others have made of it.
  if (value.version === 0) value.version = changed.before ?? changed.version - 1;
}

async function collect(
  context: ValueContext,
  value: LocalValue,
  dirty: RangeSet,
  touched: boolean,
): Promise<StateRange[]> {
  const ranges = await readRanges(context, value, dirty.ranges);
  const { twin, region } = value;
  if (!touched || twin === undefined) return ranges;
  const scratch = new Uint8Array(CHUNK_BYTES);
  await inPieces(0, region.sizeBytes, (start, end) => {
    for (let at = start; at < end; at += CHUNK_BYTES) {
      const bytes = scratch.subarray(0, Math.min(CHUNK_BYTES, region.sizeBytes - at));
      const base = twin.chunk(at).subarray(0, bytes.length);
      // Mostly nothing has changed. Where the twin has no memory, the value need not have any either.
      if (twin.hasChunk(at) && context.layer.matches(region.storage, at, base)) continue;
      context.layer.read(region.storage, at, bytes);
      if (context.layer.equal(bytes, base)) continue;
      const changed: Range[] = [];
      differences(bytes, base, (from, to) => changed.push(...dirty.gaps(at + from, at + to)));
      for (const range of copyRanges(at, bytes, changed)) ranges.push(range);
    }
  });
  return ranges;
}
