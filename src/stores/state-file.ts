import { createHash } from 'node:crypto';
import { FaasmError } from '../core/errors.ts';
import type { KeptRecord } from './memory-global-state.ts';
import { entrySize, type StateRecord } from './state-record.ts';
import { NO_SIZE, sum } from './state-room.ts';

const MARK = 'faasm-state-1\n';
const LENGTH_BYTES = 4;

/** What stands before the bytes in a file. */
interface Header {
  readonly key: string;
  /** Absent: the key holds no value, only records. */
  readonly value?: { readonly sizeBytes: number; readonly version: number };
  /** Sizes of the records. */
  readonly appended: readonly number[];
}

/** Name of the object that holds a key: keys can be longer than names of files. */
export function stateObject(user: string, key: string): string {
  return `${user}/${createHash('sha256').update(key).digest('hex')}`;
}

/** A file with all that is held of a key. */
export function encodeRecord({ key, record }: KeptRecord): Uint8Array {
  const { value, appended } = record;
  const header: Header = {
    key,
    ...(value === undefined ? {} : { value: { sizeBytes: value.bytes.length, version: value.version } }),
    appended: appended.map(({ length }) => length),
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(text.length);
  return Buffer.concat([Buffer.from(MARK), length, text, ...(value ? [value.bytes] : []), ...appended]);
}

/** What {@link encodeRecord} made `bytes` of, as views of them. `object` names it in errors. Throws `STATE_CORRUPT`. */
export function decodeRecord(object: string, bytes: Uint8Array): KeptRecord {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = MARK.length + LENGTH_BYTES;
  if (file.length < start || file.toString('latin1', 0, MARK.length) !== MARK) throw corrupt(object);
  const end = start + file.readUInt32LE(MARK.length);
  const { key, value, appended } = parseHeader(object, file.toString('utf8', start, end));
  const user = object.slice(0, object.indexOf('/'));
  let at = end;
  const next = (sizeBytes: number): Uint8Array => {
    at += sizeBytes;
    return bytes.subarray(at - sizeBytes, at);
  };
  const record: StateRecord = {
    ...(value === undefined ? {} : { value: { bytes: next(value.sizeBytes), version: value.version } }),
    appended: appended.map(next),
    appendedSize: appended.map((sizeBytes) => entrySize(key, sizeBytes)).reduce(sum, NO_SIZE),
  };
  if (at !== bytes.length || stateObject(user, key) !== object) throw corrupt(object);
  return { user, key, record };
}

function parseHeader(object: string, text: string): Header {
  try {
    return JSON.parse(text) as Header;
  } catch {
    throw corrupt(object);
  }
}

function corrupt(object: string): FaasmError {
  return new FaasmError(
    'STATE_CORRUPT',
    `The file of state ${object} is damaged: restore it from a copy, or remove it.`,
  );
}
