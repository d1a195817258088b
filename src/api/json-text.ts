import { FaasmError } from '../core/errors.ts';

/** Text up to this length is parsed in a few milliseconds, whatever is in it. */
const SMALL_LENGTH = 64 * 1024;
/** Most values, names not counted. Parsing happens between the requests of others, and many names cost 0.7 us each. */
const VALUES_MAX = 100_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const ARRAY = 0x5b;
const OBJECT = 0x7b;

/**
 * The value of JSON from a client. Strings in it may be as long as the text. Throws `BAD_REQUEST` where it has more values
 * than any request needs, and the engine's `SyntaxError` where it is no JSON.
 */
export function parseJsonText(text: string): unknown {
  if (text.length > SMALL_LENGTH && hasMoreValues(text, VALUES_MAX)) {
    throw new FaasmError('BAD_REQUEST', `The JSON has more than ${VALUES_MAX} values: send bytes as text or base64.`);
  }
  return JSON.parse(text);
}

/** Whether there are more commas and opening brackets outside of strings than `most`. */
function hasMoreValues(text: string, most: number): boolean {
  let count = 0;
  let quoted = false;
  for (let at = 0; at < text.length && count <= most; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) quoted = !quoted;
    else if (quoted && code === BACKSLASH) at += 1;
    else if (!quoted && (code === COMMA || code === ARRAY || code === OBJECT)) count += 1;
  }
  return count > most;
}
