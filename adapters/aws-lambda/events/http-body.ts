import { FaasmError, type PlatformResponse } from '../../../src/index.ts';
import { optionalTextAt, valueAt } from './fields.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NOTHING = new Uint8Array(0);

/** The body of an HTTP event as bytes. Throws `BAD_REQUEST`. */
export function eventBody(event: unknown): Uint8Array {
  const text = optionalTextAt(event, 'body');
  if (text === undefined) return NOTHING;
  return valueAt(event, 'isBase64Encoded') === true ? fromBase64(text) : Buffer.from(text);
}

/** A body in the form that answers of Lambda have: text as it is, everything else in base64. */
export function answerBody({ body }: Pick<PlatformResponse, 'body'>): { body: string; isBase64Encoded: boolean } {
  const text = textOf(body);
  if (text !== undefined) return { body: text, isBase64Encoded: false };
  return { body: toBase64(body), isBase64Encoded: true };
}

/** Bytes as text; undefined when they are not UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}

/** Node skips what is no base64: then there are fewer bytes than the text has room for. */
function fromBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  const digits = text.endsWith('==') ? text.length - 2 : text.endsWith('=') ? text.length - 1 : text.length;
  if (bytes.length === Math.floor((digits * 3) / 4) && digits % 4 !== 1) return bytes;
  throw new FaasmError(
    'BAD_REQUEST',
    'The event is malformed: "body" is not base64, though "isBase64Encoded" says so.',
  );
}
