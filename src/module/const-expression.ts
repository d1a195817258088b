import type { ByteReader } from './byte-reader.ts';
import { invalidModule, unsupportedModule } from './module-errors.ts';
import { readHeapType } from './value-types.ts';

/** How many things of each kind the module itself declares; an index beyond is an error, or would reach our additions. */
export interface IndexSpaces {
  readonly types: number;
  readonly functions: number;
  readonly tables: number;
  readonly globals: number;
}

/** A constant expression's value: an i32 that is known at upload, or undefined for every other kind. */
export type ConstantValue = number | undefined;

const MAX_DEPTH = 1000;

const BINARY_I32: Readonly<Record<number, (left: number, right: number) => number>> = {
  106: (left, right) => (left + right) | 0,
  107: (left, right) => (left - right) | 0,
  108: Math.imul,
};

/**
 * Reads a constant expression, its `end` included, and evaluates it where it is i32 arithmetic on constants.
 * Throws `MODULE_INVALID` for instructions that are not constant, `MODULE_UNSUPPORTED` for those of the GC proposal.
 */
export function readConstant(reader: ByteReader, spaces: IndexSpaces): ConstantValue {
  const start = reader.position;
  const stack: ConstantValue[] = [];
  for (;;) {
    const at = reader.position;
    const opcode = reader.byte();
    if (stack.length > MAX_DEPTH) throw invalidModule(at, 'a constant expression is too deep');
    if (opcode === 0x0b) {
      if (stack.length !== 1) throw invalidModule(start, 'a constant expression must leave one value');
      return stack[0];
    }
    if (isBinary(opcode)) {
      if (stack.length < 2) throw invalidModule(at, 'a constant expression lacks an operand');
      const right = stack.pop();
      const left = stack.pop();
      const compute = BINARY_I32[opcode];
      stack.push(compute && left !== undefined && right !== undefined ? compute(left, right) : undefined);
    } else stack.push(readOperand(reader, opcode, at, spaces));
  }
}

/** i32 and i64 add, sub, mul (the extended-const proposal). */
function isBinary(opcode: number): boolean {
  return (opcode >= 0x6a && opcode <= 0x6c) || (opcode >= 0x7c && opcode <= 0x7e);
}

function readOperand(reader: ByteReader, opcode: number, at: number, spaces: IndexSpaces): ConstantValue {
  switch (opcode) {
    case 0x41:
      return reader.s32();
    case 0x42:
      reader.skipLeb(10);
      return undefined;
    case 0x43:
      reader.take(4);
      return undefined;
    case 0x44:
      reader.take(8);
      return undefined;
    case 0x23:
      return checkIndex(reader, spaces.globals, 'global');
    case 0xd0:
      readHeapType(reader, spaces.types);
      return undefined;
    case 0xd2:
      return checkIndex(reader, spaces.functions, 'function');
    case 0xfd:
      if (reader.u32() !== 12) throw invalidModule(at, 'an instruction that is not constant');
      reader.take(16);
      return undefined;
    case 0xfb:
      throw unsupportedModule(at, 'garbage-collected types', 'Compile without them.');
    default:
      throw invalidModule(at, `instruction 0x${opcode.toString(16)} is not constant`);
  }
}

function checkIndex(reader: ByteReader, count: number, what: string): undefined {
  const at = reader.position;
  const index = reader.u32();
  if (index >= count) throw invalidModule(at, `${what} ${index} does not exist`);
}
