import type { ByteReader } from './byte-reader.ts';
import { type IndexSpaces, readConstant } from './const-expression.ts';
import { invalidModule } from './module-errors.ts';
import { readValueType } from './value-types.ts';

/** A data segment. */
export interface DataSegment {
  readonly kind: 'active' | 'passive';
  /** Byte offset in linear memory; undefined when passive or not known before the module runs. */
  readonly offset: number | undefined;
  /** The content, not copied. */
  readonly bytes: Uint8Array;
  /** Byte offsets of the whole entry in the upload. */
  readonly start: number;
  readonly end: number;
}

/** Reads a data segment. `memories`: how many the module has. */
export function readData(reader: ByteReader, spaces: IndexSpaces, memories: number): DataSegment {
  const start = reader.position;
  const flags = reader.u32();
  if (flags > 2) throw invalidModule(start, `unknown kind ${flags} of data segment`);
  if (flags === 1) {
    const bytes = reader.take(reader.u32());
    return { kind: 'passive', offset: undefined, bytes, start, end: reader.position };
  }
  const memory = flags === 2 ? reader.u32() : 0;
  if (memory >= memories) throw invalidModule(start, `data for memory ${memory}, which does not exist`);
  const offset = readConstant(reader, spaces);
  const bytes = reader.take(reader.u32());
  return {
    kind: 'active',
    offset: offset === undefined ? undefined : offset >>> 0,
    bytes,
    start,
    end: reader.position,
  };
}

/**
 * Passes an element segment and checks that it names only tables, functions and globals of the module itself.
 * Bits of its flags: 1 passive or declarative, 2 explicit table or declarative, 4 entries are expressions.
 */
export function skipElement(reader: ByteReader, spaces: IndexSpaces): void {
  const start = reader.position;
  const flags = reader.u32();
  if (flags > 7) throw invalidModule(start, `unknown kind ${flags} of element segment`);
  if ((flags & 1) === 0) {
    const table = flags & 2 ? reader.u32() : 0;
    if (table >= spaces.tables) throw invalidModule(start, `elements for table ${table}, which does not exist`);
    readConstant(reader, spaces);
  }
  const expressions = (flags & 4) !== 0;
  if ((flags & 3) !== 0) {
    if (expressions) readValueType(reader, spaces.types);
    else if (reader.byte() !== 0) throw invalidModule(start, 'unknown kind of elements');
  }
  for (let left = reader.count('elements', 10_000_000); left > 0; left -= 1) {
    if (expressions) readConstant(reader, spaces);
    else if (reader.u32() >= spaces.functions) {
      throw invalidModule(reader.position, 'an element segment names a function that does not exist');
    }
  }
}
