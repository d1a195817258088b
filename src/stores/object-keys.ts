import { FaasmError } from '../core/errors.ts';

const KEY_MAX_BYTES = 900;
const PART = /^[A-Za-z0-9._~-]+$/;

/** Whether `part` can be one part of an object key. */
export function isKeyPart(part: string): boolean {
  return PART.test(part) && part !== '.' && part !== '..';
}

/** Whether `key` is an object key. */
export function isObjectKey(key: string): boolean {
  return key.length <= KEY_MAX_BYTES && key.split('/').every(isKeyPart);
}

/** Whether a key can begin with `prefix`. */
export function isObjectKeyPrefix(prefix: string): boolean {
  const parts = prefix.split('/');
  const last = parts.pop() ?? '';
  return parts.every(isKeyPart) && (last === '' || PART.test(last));
}

/** Checks an object key, so that none can name anything outside its store. Throws `INVALID_NAME`. */
export function checkObjectKey(key: string): string {
  if (isObjectKey(key)) return key;
  throw new FaasmError(
    'INVALID_NAME',
    `Invalid object key ${JSON.stringify(key.slice(0, 100))}: use up to ${KEY_MAX_BYTES} bytes, parts of letters, digits, ` +
      `'.', '_', '-' and '~' joined by '/', none of them '.' or '..'. Shorten the name it was made of.`,
  );
}

/** Order of keys in listings: by code unit. */
export function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : Number(a.key > b.key);
}
