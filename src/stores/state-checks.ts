import { FaasmError } from '../core/errors.ts';
import type { StateCondition, StateRange, StateStat } from '../core/global-state.ts';

/** Most bytes that one compareAndSet compares. */
export const COMPARE_MAX_BYTES = 65_536;

/** Checks the place of a read. Throws `BAD_REQUEST`. */
export function checkPlace(offset: number, length: number): void {
  if (isCount(offset) && isCount(length)) return;
  throw new FaasmError('BAD_REQUEST', `Bytes at ${offset} for ${length} were asked for: use whole numbers from 0 on.`);
}

/** Checks what a comparison is asked for with. Throws `BAD_REQUEST`. */
export function checkComparison(offset: number, expected: Uint8Array, replacement: Uint8Array): void {
  checkPlace(offset, expected.length);
  if (expected.length === replacement.length && expected.length <= COMPARE_MAX_BYTES) return;
  throw new FaasmError(
    'BAD_REQUEST',
    `${expected.length} bytes were to be compared and replaced by ${replacement.length}: use the same number of both, ` +
      `at most ${COMPARE_MAX_BYTES}.`,
  );
}

/** Checks that all ranges lie within a value of `sizeBytes`. Throws `STATE_SIZE_MISMATCH`. */
export function checkRanges(user: string, key: string, sizeBytes: number, ranges: readonly StateRange[]): void {
  for (const { offset, bytes } of ranges) checkWithin(user, key, sizeBytes, offset, bytes.length);
}

/** Checks that [offset, offset + length) lies within a value of `sizeBytes`. Throws `STATE_SIZE_MISMATCH`. */
export function checkWithin(user: string, key: string, sizeBytes: number, offset: number, length: number): void {
  checkPlace(offset, length);
  if (offset + length <= sizeBytes) return;
  throw new FaasmError(
    'STATE_SIZE_MISMATCH',
    `State ${user}/${key} has ${sizeBytes} bytes, but bytes up to ${offset + length} were to be used: stay within its size, ` +
      'or write the whole value anew.',
  );
}

/** Checks that a value has the size it is taken to have. Throws `STATE_SIZE_MISMATCH`. */
export function checkSize(user: string, key: string, sizeBytes: number, expectedBytes: number): void {
  if (sizeBytes === expectedBytes) return;
  throw new FaasmError(
    'STATE_SIZE_MISMATCH',
    `State ${user}/${key} has ${sizeBytes} bytes by now, not ${expectedBytes}: read it again, or write the whole value anew.`,
  );
}

/** Checks that the first `count` records, which have `sizeBytes`, fit into what they are read to. Throws `STATE_SIZE_MISMATCH`. */
export function checkRecords(user: string, key: string, count: number, sizeBytes: number, maxBytes: number): void {
  if (sizeBytes <= maxBytes) return;
  throw new FaasmError(
    'STATE_SIZE_MISMATCH',
    `The first ${count} records of ${user}/${key} have ${sizeBytes} bytes or more, there is room for ${maxBytes}: read fewer, ` +
      'or clear them.',
  );
}

/** Checks the condition of a change against what is there. Throws `STATE_CONFLICT`. */
export function checkCondition(
  user: string,
  key: string,
  condition: StateCondition,
  found: StateStat | undefined,
): void {
  const { ifVersion } = condition;
  if (ifVersion === undefined || ifVersion === (found?.version ?? 0)) return;
  if (ifVersion === 'any' && found !== undefined) return;
  throw conflict(user, key, ifVersion);
}

/** The error of a condition on `ifVersion` that does not hold. */
export function conflict(user: string, key: string, ifVersion: number | 'any'): FaasmError {
  return new FaasmError('STATE_CONFLICT', `State ${user}/${key} was not changed, because ${otherThan(ifVersion)}.`);
}

function otherThan(ifVersion: number | 'any'): string {
  if (ifVersion === 0) return 'there is a value by now';
  if (ifVersion === 'any') return 'there is no value any more';
  return `it is not version ${ifVersion} any more: read it again and repeat the change`;
}

/** The error of a user whose state would take `usedBytes`. */
export function userLimitError(user: string, usedBytes: number, limitBytes: number): FaasmError {
  return new FaasmError(
    'STATE_LIMIT',
    `User ${user} would keep ${usedBytes} bytes of state, ${limitBytes} are allowed: remove values or raise the limit ` +
      '(FAASM_USER_STATE_BYTES).',
  );
}

/** What a value or a record counts beside its name and contents: about what Redis takes for it. */
const ENTRY_BYTES = 64;

/** What a value or a record of `sizeBytes` under `key` counts: its name as well, so that empty ones do not come for free. */
export function stateCost(key: string, sizeBytes: number): number {
  return ENTRY_BYTES + Buffer.byteLength(key) + sizeBytes;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
