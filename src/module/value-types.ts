import type { FunctionType, ValueType } from './artifact.ts';
import type { ByteReader } from './byte-reader.ts';
import { invalidModule, quoted, unsupportedModule } from './module-errors.ts';

const PLAIN: Readonly<Record<number, ValueType>> = {
  127: 'i32',
  126: 'i64',
  125: 'f32',
  124: 'f64',
  123: 'v128',
  112: 'funcref',
  111: 'externref',
  105: 'other', // exnref
};

const MAX_SHOWN = 20;

const REF = 0x64;
const REF_NULL = 0x63;
const NO_GC = 'Compile without garbage-collected types (for Kotlin, Dart, Java: choose a linear-memory target).';

/** Abstract heap types, as the byte of their negative number. */
const HEAP = { func: 0x70, extern: 0x6f, exn: 0x69, noexn: 0x74, nofunc: 0x73, noextern: 0x72 };
const HEAP_ALLOWED: ReadonlySet<number> = new Set(Object.values(HEAP));
/** any, eq, i31, struct, array, none. */
const HEAP_GC: ReadonlySet<number> = new Set([0x6e, 0x6d, 0x6c, 0x6b, 0x6a, 0x71]);

/** Reads a value type. Typed references are allowed to function types only; those come out as `other`. */
export function readValueType(reader: ByteReader, typeCount: number): ValueType {
  const at = reader.position;
  const code = reader.byte();
  const plain = PLAIN[code];
  if (plain !== undefined) return plain;
  if (code === REF || code === REF_NULL) {
    const heap = readHeapType(reader, typeCount);
    if (code === REF_NULL && heap === HEAP.func) return 'funcref';
    if (code === REF_NULL && heap === HEAP.extern) return 'externref';
    return 'other';
  }
  if (HEAP_GC.has(code)) throw unsupportedModule(at, 'garbage-collected types', NO_GC);
  if (code === 0x65) throw unsupportedModule(at, 'shared types', 'Threads are not supported yet.');
  if (HEAP_ALLOWED.has(code)) return 'other';
  throw invalidModule(at, `unknown value type 0x${code.toString(16)}`);
}

/** Reads a heap type: the byte of an abstract one, or the index of a function type. */
export function readHeapType(reader: ByteReader, typeCount: number): number {
  const at = reader.position;
  const first = reader.peek();
  if (first === undefined) throw invalidModule(at, 'unexpected end');
  // A single byte from 0x40 to 0x7f is a negative s33: an abstract type.
  if (first >= 0x40 && first < 0x80) {
    reader.byte();
    if (HEAP_ALLOWED.has(first)) return first;
    throw unsupportedModule(at, 'garbage-collected or unknown reference types', NO_GC);
  }
  const index = reader.u32();
  if (index >= typeCount) throw invalidModule(at, `type ${index} does not exist`);
  // Above every abstract byte, so that the two cannot be confused.
  return index + 0x100;
}

/** Reads one entry of the type section: function types only. */
export function readFunctionType(reader: ByteReader, typeCount: number): FunctionType {
  const at = reader.position;
  const form = reader.byte();
  if (form >= 0x4c && form <= 0x5f) throw unsupportedModule(at, 'garbage-collected or continuation types', NO_GC);
  if (form !== 0x60) throw invalidModule(at, `unknown kind of type 0x${form.toString(16)}`);
  return { params: readTypes(reader, typeCount), results: readTypes(reader, typeCount) };
}

function readTypes(reader: ByteReader, typeCount: number): ValueType[] {
  const types: ValueType[] = [];
  for (let left = reader.count('parameters or results', 1000); left > 0; left -= 1) {
    types.push(readValueType(reader, typeCount));
  }
  return types;
}

/** Whether two signatures are the same. Typed references are never the same as anything: their types are not kept. */
export function sameSignature(one: FunctionType, other: FunctionType): boolean {
  return sameTypes(one.params, other.params) && sameTypes(one.results, other.results);
}

function sameTypes(some: readonly ValueType[], others: readonly ValueType[]): boolean {
  return some.length === others.length && some.every((type, index) => type !== 'other' && type === others[index]);
}

/** `(i32, i64) -> i32`, the form used in messages; long lists are cut. */
export function formatSignature(type: FunctionType): string {
  const result = type.results.length === 1 ? type.results[0] : formatTypes(type.results);
  return `${formatTypes(type.params)} -> ${result}`;
}

function formatTypes(types: readonly ValueType[]): string {
  const shown = types.length > MAX_SHOWN ? [...types.slice(0, MAX_SHOWN), `${types.length - MAX_SHOWN} more`] : types;
  return `(${shown.join(', ')})`;
}

/** `"name": (i32) -> ()`, for lists in messages. */
export function formatFunction(name: string, type: FunctionType): string {
  return `${quoted(name)}: ${formatSignature(type)}`;
}
