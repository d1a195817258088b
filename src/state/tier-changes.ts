import { toFaasmError } from '../core/errors.ts';
import type {
  GlobalState,
  StateChange,
  StateCondition,
  StateRange,
  StateStat,
  StateSum,
} from '../core/global-state.ts';
import { checkInside } from './finding.ts';
import { type RoomContext, withRoom } from './making-room.ts';
import { pushChanges } from './pushing.ts';
import { pageRuns } from './region.ts';
import { learnVersion, putBytes } from './value.ts';

/** How often a range is tried to be written into a value that others give other sizes. */
const ATTEMPTS = 16;

/** What changes of the global tier need. */
export interface ChangeContext extends RoomContext {
  readonly global: GlobalState;
}

// Changes that are made in the global tier, and then taken over by the value here; the memory that this takes is there
// before, so that nothing fails that has been done.

/** See LocalTier.add. */
export async function addTo(
  context: ChangeContext,
  user: string,
  key: string,
  offset: number,
  delta: bigint,
  width: 4 | 8,
): Promise<StateSum> {
  await publish(context, user, key);
  // Whatever the sum is, it takes no more than this.
  await makeTwinRoom(context, user, key, { offset, bytes: new Uint8Array(width).fill(1) });
  const changed = await context.global.add(user, key, offset, delta, width);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, changed.sum, true);
  await takeOver(context, user, key, { offset, bytes: bytes.subarray(0, width) }, changed);
  return changed;
}

/** See LocalTier.compareAndSet. */
export async function compareAndSetIn(
  context: ChangeContext,
  user: string,
  key: string,
  offset: number,
  expected: Uint8Array,
  replacement: Uint8Array,
): Promise<StateChange | undefined> {
  const { global } = context;
  await publish(context, user, key);
  await makeTwinRoom(context, user, key, { offset, bytes: new Uint8Array(expected.length).fill(1) });
  const changed = await global.compareAndSet(user, key, offset, expected, replacement);
  const now = changed ? replacement : (await global.read(user, key, offset, expected.length))?.bytes;
  if (now !== undefined) await takeOver(context, user, key, { offset, bytes: now }, changed);
  return changed;
}

/** See LocalTier.setRange. */
export async function setRangeOf(
  context: ChangeContext,
  user: string,
  key: string,
  range: StateRange,
  { ifVersion = 'any' }: StateCondition,
): Promise<StateChange | undefined> {
  const { global } = context;
  for (let attempt = 1; ; attempt += 1) {
    const stat = await global.stat(user, key);
    if (stat === undefined) return undefined;
    checkInside(user, key, stat.sizeBytes, range.offset + range.bytes.length);
    await makeTwinRoom(context, user, key, range);
    try {
      const changed = await global.writeRanges(user, key, stat.sizeBytes, [range], { ifVersion });
      await takeOver(context, user, key, range, changed);
      return changed;
    } catch (error) {
      const { code } = toFaasmError(error);
      // Somebody has given it another size, or removed it, since it was looked at.
      const passing = code === 'STATE_SIZE_MISMATCH' || (code === 'STATE_CONFLICT' && ifVersion === 'any');
      if (!passing || attempt === ATTEMPTS) throw error;
    }
  }
}

/** See LocalTier.set. */
export async function setWhole(
  context: ChangeContext,
  user: string,
  key: string,
  bytes: Uint8Array,
  condition?: StateCondition,
): Promise<StateStat> {
  const { global, values, store } = context;
  store.checkFits(user, key, bytes.length);
  const value = values.get(user, key);
  const same = value?.region.sizeBytes === bytes.length;
  if (same) await makeTwinRoom(context, user, key, { offset: 0, bytes });
  // Large values are not copied for a global tier that keeps what it is given, unless they are needed here.
  const stat = await global.write(user, key, same ? bytes.slice() : bytes, condition);
  if (value === undefined) return stat;
  if (same) {
    value.dirty.take();
    await putBytes(context, value, 0, bytes);
    value.twin?.set(0, bytes);
    value.version = stat.version;
  } else values.retire(value);
  return stat;
}

/** See LocalTier.remove. */
export async function removeWhole(
  context: ChangeContext,
  user: string,
  key: string,
  condition?: StateCondition,
): Promise<boolean> {
  const value = context.values.get(user, key);
  const removed = await context.global.remove(user, key, condition);
  if (value !== undefined) context.values.retire(value);
  return removed || value !== undefined;
}

/** What was made here and is not in the global tier goes there first, for operations that the tier itself makes. */
async function publish(context: ChangeContext, user: string, key: string): Promise<void> {
  const value = context.values.get(user, key);
  if (value?.version !== 0) return;
  value.dirty.add(0, value.region.sizeBytes);
  await withRoom(context, () => pushChanges(context, value));
}

/** Takes the memory that the twin of the value here needs for these bytes; other values give way. */
async function makeTwinRoom(
  context: ChangeContext,
  user: string,
  key: string,
  { offset, bytes }: StateRange,
): Promise<void> {
  const value = context.values.get(user, key);
  if (value === undefined || offset + bytes.length > value.region.sizeBytes) return;
  await withRoom(context, () => value.twin?.makeRoom(offset, bytes));
}

/**
 * Bytes that the global tier has just set: the value here has them, too, whatever was changed. `changed`: what setting
 * them has made of the value; undefined: they were there.
 */
async function takeOver(
  context: ChangeContext,
  user: string,
  key: string,
  { offset, bytes }: StateRange,
  changed: StateChange | undefined,
): Promise<void> {
  const value = context.values.get(user, key);
  if (value === undefined || offset + bytes.length > value.region.sizeBytes) return;
  for (const [from, to] of pageRuns(value.region, offset, offset + bytes.length, true)) {
    const start = Math.max(from, offset);
    const piece = bytes.subarray(start - offset, to - offset);
    await putBytes(context, value, start, piece);
    value.twin?.set(start, piece);
  }
  value.dirty.remove(offset, offset + bytes.length);
  if (changed !== undefined) learnVersion(value, changed);
}
