import type { StateRange, StateStat } from '../core/global-state.ts';
import { checkSize, checkWithin, stateCost } from './state-checks.ts';
import { NO_SIZE, type StateSize, sum } from './state-room.ts';

/** What a tier in memory holds of a key. */
export interface StateRecord {
  readonly value?: { readonly bytes: Uint8Array; readonly version: number };
  readonly appended: readonly Uint8Array[];
  /** What all of `appended` takes. */
  readonly appendedSize: StateSize;
}

/** What is held of a key that nobody has used. */
export const EMPTY_RECORD: StateRecord = { appended: [], appendedSize: NO_SIZE };

/** What is known of the value in `record`. */
export function recordStat({ value }: StateRecord): StateStat | undefined {
  return value === undefined ? undefined : { sizeBytes: value.bytes.length, version: value.version };
}

/** What `record` takes of the room of its user. */
export function recordSize(key: string, { value, appendedSize }: StateRecord): StateSize {
  return value === undefined ? appendedSize : sum(appendedSize, entrySize(key, value.bytes.length));
}

/** What a value or a record of `sizeBytes` takes. */
export function entrySize(key: string, sizeBytes: number): StateSize {
  return { bytes: stateCost(key, sizeBytes), entries: 1 };
}

/** A record with nothing in it need not be kept. */
export function isEmpty(record: StateRecord): boolean {
  return record.value === undefined && record.appended.length === 0;
}

/** The bytes of the value, to be changed: a copy, unless `inPlace`; zeros where there is none. */
export function bytesToChange(record: StateRecord, sizeBytes: number, inPlace: boolean): Uint8Array {
  const bytes = record.value?.bytes;
  if (bytes === undefined) return new Uint8Array(sizeBytes);
  return inPlace ? bytes : new Uint8Array(bytes);
}

/** Checks that `ranges` can be written into a value of `sizeBytes`, made where there is none. Throws `STATE_SIZE_MISMATCH`. */
export function checkFit(
  place: { readonly user: string; readonly key: string },
  record: StateRecord,
  sizeBytes: number,
  ranges: readonly StateRange[],
): void {
  const { user, key } = place;
  if (record.value !== undefined) checkSize(user, key, record.value.bytes.length, sizeBytes);
  for (const { offset, bytes } of ranges) checkWithin(user, key, sizeBytes, offset, bytes.length);
}

/** `record` with a copy of `bytes` appended. */
export function withAppended(key: string, record: StateRecord, bytes: Uint8Array, inPlace: boolean): StateRecord {
  const shared = record.appended === EMPTY_RECORD.appended;
  const appended = inPlace && !shared ? (record.appended as Uint8Array[]) : [...record.appended];
  appended.push(new Uint8Array(bytes));
  return { ...record, appended, appendedSize: sum(record.appendedSize, entrySize(key, bytes.length)) };
}

/** Adds `delta` to the little-endian integer at `offset` and answers it, signed. It wraps. */
export function addInteger(bytes: Uint8Array, offset: number, delta: bigint, width: 4 | 8): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 8) {
    const sum = BigInt.asIntN(64, view.getBigInt64(offset, true) + delta);
    view.setBigInt64(offset, sum, true);
    return sum;
  }
  const sum = BigInt.asIntN(32, BigInt(view.getInt32(offset, true)) + delta);
  view.setInt32(offset, Number(sum), true);
  return sum;
}
