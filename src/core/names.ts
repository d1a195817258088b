import { FaasmError } from './errors.ts';

/** User and function names: what is safe in a path, a URL, a Redis key and an S3 key alike. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const KEY_MAX_BYTES = 512;

/** A function's full name. */
export interface FunctionRef {
  readonly user: string;
  readonly function: string;
}

/** Checks a user or function name; `what` says which in the error. Throws `INVALID_NAME`. */
export function checkName(name: string, what: 'user' | 'function'): string {
  if (NAME.test(name) && !name.includes('..')) return name;
  throw new FaasmError(
    'INVALID_NAME',
    `Invalid ${what} name ${quote(name)}: use 1 to 128 letters, digits, '.', '_' or '-', starting with a letter or digit.`,
  );
}

/** What keys may not hold: control characters, and what invalid UTF-8 is read as (different keys would become one). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const NOT_IN_KEYS = /[\u0000-\u001f\u007f\ufffd]/;

/** Checks a state key: any printable text up to 512 bytes. Throws `INVALID_NAME`. */
export function checkKey(key: string): string {
  const text = key.length > 0 && key.isWellFormed() && !NOT_IN_KEYS.test(key);
  if (text && new TextEncoder().encode(key).length <= KEY_MAX_BYTES) return key;
  throw new FaasmError('INVALID_NAME', `Invalid state key ${quote(key)}: use 1 to ${KEY_MAX_BYTES} printable bytes.`);
}

/** `user/function`, the form used in messages and maps; unambiguous because names hold no slash. */
export function refName(ref: FunctionRef): string {
  return `${ref.user}/${ref.function}`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
