import { FaasmError } from './errors.ts';

const PART_MAX_BYTES = 200;
const PATH_MAX_BYTES = 600;
const ESCAPE = /[^A-Za-z0-9._-]/gu;
/** Control characters, backslash, and what invalid UTF-8 is read as. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const NOT_IN_PATHS = /[\u0000-\u001f\u007f-\u009f\\\ufffd]/;

/**
 * Checks the path of a shared file, `dir/name`, and answers it without doubled or leading slashes. No part is `.` or
 * `..`: a path names one file, whoever reads it. Throws `INVALID_NAME`.
 */
export function checkFilePath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  const encoder = new TextEncoder();
  const fits = (part: string): boolean => encoder.encode(part).length <= PART_MAX_BYTES;
  const proper = parts.every((part) => part !== '.' && part !== '..' && fits(part) && part.isWellFormed());
  const sound = proper && parts.length > 0 && !path.endsWith('/') && !NOT_IN_PATHS.test(path);
  const clean = parts.join('/');
  if (sound && encoder.encode(clean).length <= PATH_MAX_BYTES) return clean;
  throw new FaasmError(
    'INVALID_NAME',
    `Invalid file path ${JSON.stringify(path.slice(0, 100))}: use names of up to ${PART_MAX_BYTES} bytes joined by '/', ` +
      `in all up to ${PATH_MAX_BYTES}, without '.', '..', backslashes and control characters.`,
  );
}

/** `text` as one part of an object key: what keys cannot hold becomes `~` and two hexadecimal digits for each byte. */
export function keyPart(text: string): string {
  const escaped = text.replace(ESCAPE, (character) =>
    [...new TextEncoder().encode(character)].map((byte) => `~${byte.toString(16).padStart(2, '0')}`).join(''),
  );
  return /^\.+$/.test(escaped) ? escaped.replaceAll('.', '~2e') : escaped;
}

/** The text that {@link keyPart} made `part` of. */
export function partText(part: string): string {
  const bytes: number[] = [];
  for (let at = 0; at < part.length; at += 1) {
    const escaped = part[at] === '~';
    bytes.push(escaped ? Number.parseInt(part.slice(at + 1, at + 3), 16) : part.charCodeAt(at));
    if (escaped) at += 2;
  }
  // A name may begin with what would be a byte order mark elsewhere.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}
