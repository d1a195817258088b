import type { GlobalState, StateCondition, StateStat } from '../core/global-state.ts';
import { pushChanges } from './pushing.ts';
import { pageRuns } from './region.ts';
import type { RegionStore } from './region-store.ts';
import { putBytes, type ValueContext } from './value.ts';
import type { ValueTable } from './value-table.ts';

/** What changes of the global tier need. */
export interface ChangeContext extends ValueContext {
  readonly global: GlobalState;
  readonly values: ValueTable;
  readonly store: RegionStore;
}

// Changes that are made in the global tier, and then taken over by the value here.

/** See LocalTier.add. */
export async function addTo(
  context: ChangeContext,
  user: string,
  key: string,
  offset: number,
  delta: bigint,
  width: 4 | 8,
): Promise<bigint> {
  await publish(context, user, key);
  const result = await context.global.add(user, key, offset, delta, width);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, result, true);
  await takeOver(context, user, key, offset, bytes.subarray(0, width));
  return result;
}

/** See LocalTier.compareAndSet. */
export async function compareAndSetIn(
  context: ChangeContext,
  user: string,
  key: string,
  offset: number,
  expected: Uint8Array,
  replacement: Uint8Array,
): Promise<boolean> {
  const { global } = context;
  await publish(context, user, key);
  const done = await global.compareAndSet(user, key, offset, expected, replacement);
  const now = done ? replacement : (await global.read(user, key, offset, expected.length))?.bytes;
  if (now !== undefined) await takeOver(context, user, key, offset, now);
  return done;
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
  await pushChanges(context, value);
}

/** Bytes that the global tier has just set: the value here has them, too, whatever was changed. */
async function takeOver(
  context: ChangeContext,
  user: string,
  key: string,
  offset: number,
  bytes: Uint8Array,
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
}
