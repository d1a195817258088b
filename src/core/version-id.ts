import { FaasmError } from './errors.ts';

const ID = /^\d{8}T\d{9}Z-[0-9a-f]{8}$/;
const SELECTOR = /^(?:\d{8}T\d{9}Z-[0-9a-f]{8}|[0-9a-f]{8,64})$/;
const HASH_DIGITS = 8;

/**
 * A version's id, `20261121T064237123Z-1a2b3c4d`: its time in UTC and the first digits of its code's hash. Sorts by
 * time, and after `before`, the newest version there is, also where clocks of hosts differ. `now` in epoch ms.
 */
export function versionId(sha256: string, now: number, before?: string): string {
  const earliest = before === undefined ? 0 : timeOf(before) + 1;
  const stamp = new Date(Math.max(now, earliest)).toISOString().replace(/[-:.]/g, '');
  return `${stamp}-${sha256.slice(0, HASH_DIGITS)}`;
}

/** Whether `text` has the form of a version's id. */
export function isVersionId(text: string): boolean {
  return ID.test(text);
}

/** Checks what a client names a version by: its id, or at least 8 digits of its code's SHA-256. Throws `INVALID_NAME`. */
export function checkVersion(selector: string): string {
  if (SELECTOR.test(selector)) return selector;
  const shown = JSON.stringify(selector.slice(0, 80));
  throw new FaasmError(
    'INVALID_NAME',
    `Invalid version ${shown}: use an id such as 20261121T064237123Z-1a2b3c4d, or 8 to 64 digits of the code's SHA-256.`,
  );
}

function timeOf(id: string): number {
  const [, year, month, day, hour, minute, second, ms] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z/.exec(id) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
}
