import type { ValueType } from './artifact.ts';
import { HOST_PREFIX } from './artifact.ts';
import type { ByteReader } from './byte-reader.ts';
import { type IndexSpaces, readConstant } from './const-expression.ts';
import { invalidModule, quoted, unsupportedModule } from './module-errors.ts';
import { readValueType } from './value-types.ts';

const MAX_PAGES = 65_536;

/** Size of a memory (pages) or table (entries). */
export interface Limited {
  readonly minimum: number;
  readonly maximum: number | undefined;
}

/** A table the module defines. */
export interface TableDeclaration extends Limited {
  readonly element: 'funcref' | 'externref';
  /** Value of all entries at the start: a constant expression with its `end`; absent: null. */
  readonly initialiser?: Uint8Array;
}

/** A global the module defines. */
export interface GlobalDeclaration {
  readonly type: ValueType;
  readonly mutable: boolean;
}

/** Kinds of things that are imported and exported, by their number in the binary format. */
export const EXTERNAL_KINDS = ['function', 'table', 'memory', 'global', 'tag'] as const;

/** One of {@link EXTERNAL_KINDS}. */
export type ExternalKind = (typeof EXTERNAL_KINDS)[number];

/** An export of the upload. */
export interface ExportDeclaration {
  readonly name: string;
  readonly kind: ExternalKind;
  readonly index: number;
}

/** Reads a memory's limits; refuses shared and 64-bit memories and custom page sizes (`MODULE_UNSUPPORTED`). */
export function readMemory(reader: ByteReader): Limited {
  const at = reader.position;
  const limits = readLimits(reader, 'memory');
  if (limits.minimum > MAX_PAGES || (limits.maximum ?? 0) > MAX_PAGES) {
    throw invalidModule(at, `a memory has more than ${MAX_PAGES} pages`);
  }
  return limits;
}

/** Reads a table definition; refuses 64-bit and shared tables and typed elements (`MODULE_UNSUPPORTED`). */
export function readTable(reader: ByteReader, spaces: IndexSpaces): TableDeclaration {
  const at = reader.position;
  const initialised = reader.peek() === 0x40;
  if (initialised) {
    reader.byte();
    if (reader.byte() !== 0) throw invalidModule(at, 'a table is malformed');
  }
  const element = readValueType(reader, spaces.types);
  if (element !== 'funcref' && element !== 'externref') {
    throw unsupportedModule(at, `a table of ${element} elements`, 'Use funcref or externref tables.');
  }
  const limits = readLimits(reader, 'table');
  if (!initialised) return { element, ...limits };
  const start = reader.position;
  readConstant(reader, spaces);
  return { element, ...limits, initialiser: reader.bytes.subarray(start, reader.position) };
}

/** Reads the limits of a memory or table. */
export function readLimits(reader: ByteReader, what: 'memory' | 'table'): Limited {
  const at = reader.position;
  const flags = reader.byte();
  if (flags > 15) throw invalidModule(at, `unknown limits 0x${flags.toString(16)} of a ${what}`);
  if (flags & 8) throw unsupportedModule(at, 'custom page sizes', 'Use pages of 64 KiB.');
  if (flags & 4) throw unsupportedModule(at, `a 64-bit ${what}`, 'Compile for wasm32.');
  if (flags & 2) {
    throw unsupportedModule(at, `a shared ${what}`, 'Threads are not supported yet; compile without -pthread.');
  }
  const minimum = reader.u32();
  const maximum = flags & 1 ? reader.u32() : undefined;
  if (maximum !== undefined && maximum < minimum) {
    throw invalidModule(at, `a ${what} begins with ${minimum}, above its maximum of ${maximum}`);
  }
  return { minimum, maximum };
}

/** Reads the type of a global, its mutability included. */
export function readGlobalType(reader: ByteReader, typeCount: number): GlobalDeclaration {
  const type = readValueType(reader, typeCount);
  const at = reader.position;
  const flags = reader.byte();
  if (flags === 2 || flags === 3) throw unsupportedModule(at, 'shared globals', 'Threads are not supported yet.');
  if (flags > 1) throw invalidModule(at, `unknown mutability ${flags} of a global`);
  return { type, mutable: flags === 1 };
}

/** Reads a global and passes its initial value. */
export function readGlobal(reader: ByteReader, spaces: IndexSpaces): GlobalDeclaration {
  const global = readGlobalType(reader, spaces.types);
  readConstant(reader, spaces);
  return global;
}

/** Reads an export; `counts` says how many of each kind exist. Refuses names that begin with {@link HOST_PREFIX}. */
export function readExport(reader: ByteReader, counts: Readonly<Record<ExternalKind, number>>): ExportDeclaration {
  const at = reader.position;
  const name = reader.name();
  if (name.startsWith(HOST_PREFIX)) {
    throw unsupportedModule(at, `the export name ${quoted(name)}`, `Names beginning with "${HOST_PREFIX}" are ours.`);
  }
  const kind = EXTERNAL_KINDS[reader.byte()];
  if (kind === undefined) throw invalidModule(at, `export ${quoted(name)} is of an unknown kind`);
  const index = reader.u32();
  if (index >= counts[kind]) throw invalidModule(at, `export ${quoted(name)}: ${kind} ${index} does not exist`);
  return { name, kind, index };
}
