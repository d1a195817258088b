import type { FunctionType } from './artifact.ts';
import { ByteReader } from './byte-reader.ts';
import type { IndexSpaces } from './const-expression.ts';
import {
  type ExportDeclaration,
  type GlobalDeclaration,
  type Limited,
  readExport,
  readGlobal,
  readMemory,
  readTable,
  type TableDeclaration,
} from './declarations.ts';
import { type ImportDeclaration, readImport, readTagType } from './import-section.ts';
import { invalidModule, unsupportedModule } from './module-errors.ts';
import { SECTION, type Section, splitSections } from './section-split.ts';
import { type DataSegment, readData, skipElement } from './segments.ts';
import { readFunctionType } from './value-types.ts';

/** The most V8 compiles of anything countable; more is refused before it costs memory. */
const V8_MAX = 1_000_000;
const V8_MAX_DATA = 100_000;
/** Things with names, and globals, which get some: fewer than V8's limit, as each costs far more than its bytes. */
const MAX_NAMED = 100_000;
const MAX_BODY_BYTES = 2 * 1024 * 1024;

/** A function body in the upload: byte offsets. */
export interface Body {
  /** Where its size stands. */
  readonly at: number;
  /** Where its content begins, after the size. */
  readonly start: number;
  readonly end: number;
}

/** An upload, taken apart. Items are in index order; imported functions and memories come first in theirs. */
export interface ParsedModule {
  readonly bytes: Uint8Array;
  readonly sections: readonly Section[];
  readonly types: readonly FunctionType[];
  readonly imports: readonly ImportDeclaration[];
  /** Type of every function, imported ones first. */
  readonly functions: readonly FunctionType[];
  readonly importedFunctions: number;
  readonly tables: readonly TableDeclaration[];
  /** The memory, imported or own. */
  readonly memory: Limited | undefined;
  /** Type of every tag, imported ones first. */
  readonly tags: readonly FunctionType[];
  readonly globals: readonly GlobalDeclaration[];
  readonly exports: readonly ExportDeclaration[];
  /** Index of the start function. */
  readonly start: number | undefined;
  readonly elements: number;
  /** Of the DataCount section. */
  readonly dataCount: number | undefined;
  readonly bodies: readonly Body[];
  readonly data: readonly DataSegment[];
}

/** Parses all sections. Throws `MODULE_INVALID` and `MODULE_UNSUPPORTED`. */
export function parseModule(bytes: Uint8Array): ParsedModule {
  const sections = splitSections(bytes);
  const byId = new Map(sections.filter((section) => section.id !== SECTION.custom).map((each) => [each.id, each]));
  const items = <Item>(id: number, what: string, read: (reader: ByteReader, index: number) => Item, max = V8_MAX) =>
    readVector(bytes, byId.get(id), what, max, read);

  const typesKnown: FunctionType[] = [];
  const typeTotal = countOf(bytes, byId.get(SECTION.type));
  items(SECTION.type, 'types', (reader) => typesKnown.push(readFunctionType(reader, typeTotal)));
  const imports = items(SECTION.import, 'imports', (reader) => readImport(reader, typesKnown), MAX_NAMED);
  const functions = imports.flatMap((each) => (each.kind === 'function' ? [each.type] : []));
  const importedFunctions = functions.length;
  items(SECTION.function, 'functions', (reader) => functions.push(readTypeOf(reader, typesKnown)));

  const count = (kind: ImportDeclaration['kind']) => imports.filter((each) => each.kind === kind).length;
  const importedGlobals = count('global');
  const importedTables = count('table');
  const spaces = { types: typeTotal, functions: functions.length, tables: importedTables, globals: importedGlobals };
  const tables = items(SECTION.table, 'tables', (reader) => readTable(reader, spaces));
  spaces.tables += tables.length;
  const memories = imports.flatMap((each) => (each.kind === 'memory' ? [each.limits] : []));
  memories.push(...items(SECTION.memory, 'memories', readMemory, 64));
  if (memories.length > 1) {
    throw unsupportedModule(byId.get(SECTION.memory)?.at ?? 0, 'several memories', 'Use one memory.');
  }
  const tags = imports.flatMap((each) => (each.kind === 'tag' ? [each.type] : []));
  items(SECTION.tag, 'tags', (reader) => tags.push(readTagType(reader, typesKnown)));
  const globals = items(
    SECTION.global,
    'globals',
    (reader) => {
      const global = readGlobal(reader, spaces);
      spaces.globals += 1;
      return global;
    },
    MAX_NAMED,
  );
  const counts = {
    function: functions.length,
    table: spaces.tables,
    memory: memories.length,
    global: spaces.globals,
    tag: tags.length,
  };
  const exports = items(SECTION.export, 'exports', (reader) => readExport(reader, counts), MAX_NAMED);
  const start = readStart(bytes, byId.get(SECTION.start), functions);
  const elements = items(SECTION.element, 'element segments', (reader) => skipElement(reader, spaces)).length;
  const dataCount = readSingle(bytes, byId.get(SECTION.dataCount));
  const bodies = items(SECTION.code, 'function bodies', (reader, index) => readBody(reader, importedFunctions + index));
  if (bodies.length !== functions.length - importedFunctions) {
    const at = byId.get(SECTION.code)?.at ?? bytes.length;
    throw invalidModule(
      at,
      `${functions.length - importedFunctions} functions are declared, ${bodies.length} have code`,
    );
  }
  const data = items(SECTION.data, 'data segments', (reader) => readData(reader, spaces, memories.length), V8_MAX_DATA);
  if (dataCount !== undefined && dataCount !== data.length) {
    const at = byId.get(SECTION.dataCount)?.at ?? 0;
    throw invalidModule(at, `${dataCount} data segments are announced, ${data.length} exist`);
  }
  return {
    bytes,
    sections,
    types: typesKnown,
    imports,
    functions,
    importedFunctions,
    tables,
    memory: memories[0],
    tags,
    globals,
    exports,
    start,
    elements,
    dataCount,
    bodies,
    data,
  };
}

/** The index spaces of a whole module. */
export function spacesOf(module: ParsedModule): IndexSpaces {
  return {
    types: module.types.length,
    functions: module.functions.length,
    tables: module.tables.length,
    globals: module.globals.length,
  };
}

function readVector<Item>(
  bytes: Uint8Array,
  section: Section | undefined,
  what: string,
  max: number,
  read: (reader: ByteReader, index: number) => Item,
): Item[] {
  const found: Item[] = [];
  if (section === undefined) return found;
  const reader = new ByteReader(bytes, section.start, section.end);
  const count = reader.count(what, max);
  for (let index = 0; index < count; index += 1) found.push(read(reader, index));
  reader.expectDone(`section ${section.id} (${what})`);
  return found;
}

function countOf(bytes: Uint8Array, section: Section | undefined): number {
  return section === undefined ? 0 : new ByteReader(bytes, section.start, section.end).u32();
}

function readSingle(bytes: Uint8Array, section: Section | undefined): number | undefined {
  if (section === undefined) return undefined;
  const reader = new ByteReader(bytes, section.start, section.end);
  const value = reader.u32();
  reader.expectDone(`section ${section.id}`);
  return value;
}

function readTypeOf(reader: ByteReader, types: readonly FunctionType[]): FunctionType {
  const at = reader.position;
  const index = reader.u32();
  const type = types[index];
  if (type === undefined) throw invalidModule(at, `type ${index} does not exist`);
  return type;
}

function readStart(
  bytes: Uint8Array,
  section: Section | undefined,
  functions: readonly FunctionType[],
): number | undefined {
  const index = readSingle(bytes, section);
  if (index === undefined) return undefined;
  const type = functions[index];
  if (type === undefined || type.params.length + type.results.length > 0) {
    throw invalidModule(section?.start ?? 0, `the start function ${index} does not exist or is not () -> ()`);
  }
  return index;
}

function readBody(reader: ByteReader, functionIndex: number): Body {
  const at = reader.position;
  const size = reader.u32();
  if (size > MAX_BODY_BYTES && size <= reader.end - reader.position) {
    throw unsupportedModule(
      at,
      `a function (index ${functionIndex}) with ${size} bytes of code; the most is ${MAX_BODY_BYTES}`,
      'Split it or compile with less inlining: compiling one function cannot be interrupted.',
    );
  }
  const start = reader.position;
  reader.take(size);
  return { at, start, end: reader.position };
}
