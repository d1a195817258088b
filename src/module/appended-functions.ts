import type { ValueType } from './artifact.ts';
import { leb, signedLeb } from './byte-writer.ts';
import type { Operation } from './operations.ts';
import type { ParsedModule } from './parsed-module.ts';

const I32 = 0x7f;
const TYPE_CODES: Readonly<Partial<Record<ValueType, number>>> = { funcref: 0x70, externref: 0x6f };

/** Bytes that one memory.fill or memory.copy handles at a time: some 100 µs, so that a kill comes in between. */
export const CHUNK_BYTES = 1 << 20;

/** Indices of what the rewriter appends, as far as the appended code refers to it. */
export interface AppendedIndices {
  /** The appended function itself. */
  readonly own: number;
  readonly sizeGlobal: number;
  readonly grantedGlobal: number;
  /** The one-entry table with the host's grow function, and the type of that function. */
  readonly hostTable: number;
  readonly growType: number;
}

/** A function to append. */
export interface AppendedFunction {
  /** Entry for the type section. */
  readonly type: readonly number[];
  /** Entry for the code section, without its size. */
  readonly body: readonly number[];
}

/** Entry for the type section of the host's grow function. */
export const GROW_TYPE = functionType([I32], [I32]);

/** The function that does `operation` in place of its sites: same parameters, same results, same traps. */
export function appendedFunction(module: ParsedModule, operation: Operation, at: AppendedIndices): AppendedFunction {
  const { name, immediates } = operation;
  const indices = immediates.flatMap(leb);
  const element = (): number => TYPE_CODES[module.tables[immediates[0] ?? 0]?.element ?? 'funcref'] ?? 0x70;
  switch (name) {
    case 'memory.size':
      return { type: functionType([], [I32]), body: code(0, [GLOBAL_GET, ...leb(at.sizeGlobal)]) };
    case 'memory.grow':
      return { type: GROW_TYPE, body: code(1, growCode(at)) };
    case 'memory.fill':
      return { type: functionType([I32, I32, I32], []), body: code(0, fillCode()) };
    case 'memory.copy':
      return { type: functionType([I32, I32, I32], []), body: code(0, copyCode()) };
    case 'memory.init':
      return direct([I32, I32, I32], [], [0xfc, 8, ...indices, 0]);
    case 'table.init':
      return direct([I32, I32, I32], [], [0xfc, 12, ...indices]);
    case 'table.copy':
      return direct([I32, I32, I32], [], [0xfc, 14, ...indices]);
    case 'table.grow':
      return direct([element(), I32], [I32], [0xfc, 15, ...indices]);
    case 'table.fill':
      return direct([I32, element(), I32], [], [0xfc, 17, ...indices]);
    case 'checkpoint':
      return { type: functionType([], []), body: code(0, checkpointCode(at)) };
  }
}

const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const LOCAL_TEE = 0x22;
const GLOBAL_GET = 0x23;
const GLOBAL_SET = 0x24;
const I32_CONST = 0x41;
const I32_EQ = 0x46;
const I32_ADD = 0x6a;
const I32_SUB = 0x6b;
const I32_GT_U = 0x4b;
const I32_LE_U = 0x4d;
const I32_OR = 0x72;
const I64_EXTEND_U = 0xad;
const I64_ADD = 0x7c;
const I64_GT_U = 0x56;
const IF = 0x04;
const ELSE = 0x05;
const LOOP = 0x03;
const BR_IF = 0x0d;
const RETURN = 0x0f;
const CALL = 0x10;
const END = 0x0b;
const EMPTY = 0x40;

const MEMORY_FILL = [0xfc, 11, 0];
const MEMORY_COPY = [0xfc, 10, 0, 0];
const CHUNK = [I32_CONST, ...signedLeb(CHUNK_BYTES)];
const get = (local: number): number[] => [LOCAL_GET, local];

/** A function type of types given as their codes. */
function functionType(params: readonly number[], results: readonly number[]): number[] {
  return [0x60, params.length, ...params, results.length, ...results];
}

/** A body with `i32Locals` further locals around `instructions`. */
function code(i32Locals: number, instructions: readonly number[]): number[] {
  const locals = i32Locals === 0 ? [0] : [1, i32Locals, I32];
  return [...locals, ...instructions, END];
}

function direct(
  params: readonly number[],
  results: readonly number[],
  instruction: readonly number[],
): AppendedFunction {
  return {
    type: functionType(params, results),
    body: code(0, [...params.flatMap((_, index) => get(index)), ...instruction]),
  };
}

/** (delta) -> old size or -1: within what was granted a matter of two globals, beyond it the host decides. */
function growCode(at: AppendedIndices): number[] {
  const [delta, old] = [0, 1];
  const size = leb(at.sizeGlobal);
  return [
    ...get(delta),
    ...[GLOBAL_GET, ...leb(at.grantedGlobal), GLOBAL_GET, ...size, I32_SUB, I32_GT_U],
    ...[IF, I32, ...get(delta), I32_CONST, 0, 0x11, ...leb(at.growType), ...leb(at.hostTable)],
    ...[ELSE, GLOBAL_GET, ...size, LOCAL_TEE, old, ...get(delta), I32_ADD, GLOBAL_SET, ...size, ...get(old), END],
  ];
}

/** A call that is never made, but V8 cannot know: whatever this is inlined into is no leaf. No memory has 2^32 - 1 pages. */
function checkpointCode({ own }: AppendedIndices): number[] {
  return [0x3f, 0, I32_CONST, ...signedLeb(-1), I32_EQ, IF, EMPTY, CALL, ...leb(own), END];
}

/** Leaves 1 when `start` + `length` lies beyond the memory, in 64 bits so that it cannot wrap. */
function beyondMemory(start: number, length: number): number[] {
  return [
    ...[...get(start), I64_EXTEND_U, ...get(length), I64_EXTEND_U, I64_ADD],
    // memory.size as an i64, times 64 KiB.
    ...[0x3f, 0, I64_EXTEND_U, 0x42, 16, 0x86, I64_GT_U],
  ];
}

/**
 * What stands before the loops: a small operation, or one that must trap before it writes a byte, is done whole.
 * `outside` leaves 1 when any of the ranges lies beyond the memory.
 */
function wholeFirst(length: number, outside: readonly number[], whole: readonly number[]): number[] {
  return [...get(length), ...CHUNK, I32_LE_U, ...outside, I32_OR, IF, EMPTY, ...whole, RETURN, END];
}

/** `local` += CHUNK or -= CHUNK. */
function step(local: number, operator: number): number[] {
  return [...get(local), ...CHUNK, operator, LOCAL_SET, local];
}

/** Loops `instructions` while more than a chunk of `length` is left. */
function whileMore(length: number, instructions: readonly number[]): number[] {
  return [LOOP, EMPTY, ...instructions, ...get(length), ...CHUNK, I32_GT_U, BR_IF, 0, END];
}

function fillCode(): number[] {
  const [target, value, length] = [0, 1, 2];
  const whole = [...get(target), ...get(value), ...get(length), ...MEMORY_FILL];
  const chunk = [...get(target), ...get(value), ...CHUNK, ...MEMORY_FILL];
  return [
    ...wholeFirst(length, beyondMemory(target, length), whole),
    ...whileMore(length, [...chunk, ...step(target, I32_ADD), ...step(length, I32_SUB)]),
    ...whole,
  ];
}

function copyCode(): number[] {
  const [target, source, length] = [0, 1, 2];
  const whole = [...get(target), ...get(source), ...get(length), ...MEMORY_COPY];
  const outside = [...beyondMemory(target, length), ...beyondMemory(source, length), I32_OR];
  // Upwards when the target lies below the source, so that no chunk overwrites what a later one reads.
  const upChunk = [...get(target), ...get(source), ...CHUNK, ...MEMORY_COPY];
  const up = [...upChunk, ...step(target, I32_ADD), ...step(source, I32_ADD), ...step(length, I32_SUB)];
  const last = (start: number): number[] => [...get(start), ...get(length), I32_ADD];
  const down = [...step(length, I32_SUB), ...last(target), ...last(source), ...CHUNK, ...MEMORY_COPY];
  return [
    ...wholeFirst(length, outside, whole),
    ...[...get(target), ...get(source), I32_LE_U, IF, EMPTY, ...whileMore(length, up)],
    ...[ELSE, ...whileMore(length, down), END],
    ...whole,
  ];
}
