import { describe, expect, it } from '@jest/globals';
import { leb } from '../../../src/module/byte-writer.ts';
import { IMMEDIATE, IMMEDIATES, OP, simdImmediate } from '../../../src/module/opcodes.ts';
import {
  ATOMIC_EFFECTS,
  left,
  MISC_EFFECTS,
  SIMD_EFFECTS,
  STACK_EFFECTS,
  taken,
} from '../../../src/module/stack-effects.ts';
import { binary, START, section } from './fixtures.ts';

/** What V8 says that an instruction takes and leaves, found out by what it refuses. */
function effectInV8(...instruction: readonly number[]): { taken: number; left: number } {
  return {
    // With nothing on the stack it names how many operands are needed.
    taken: Number(/need (\d+), got 0/.exec(complaint(instruction))?.[1] ?? 0),
    // Where any operands are to be had it names those that are too many at the end of a function without results.
    left: Number(/expected 0 elements .*, found (\d+)/.exec(complaint([0x00, ...instruction]))?.[1] ?? 0),
  };
}

function complaint(code: readonly number[]): string {
  const upload = binary(
    START.types,
    START.functions,
    section(4, 1, 0x70, 0, 1),
    section(5, 1, 0, 1),
    section(6, 1, 0x7f, 1, 0x41, 0, 0x0b),
    section(9, 1, 3, 0, 1, 0),
    section(12, 1),
    section(10, 1, code.length + 4, 1, 1, 0x7f, ...code, 0x0b),
    section(11, 1, 1, 0),
  );
  try {
    new WebAssembly.Module(upload);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Opcodes with immediates that V8 takes; of a select of a type, a type. */
const IMMEDIATE_BYTES: Readonly<Record<number, readonly number[]>> = {
  [OP.selectTyped]: [1, 0x7f],
  [OP.refNull]: [0x70],
};

const TYPED: ReadonlySet<number> = new Set([
  OP.block,
  OP.loop,
  OP.if,
  OP.try,
  OP.tryTable,
  OP.brTable,
  OP.callIndirect,
  OP.returnCall,
  OP.returnCallIndirect,
  OP.callRef,
  OP.returnCallRef,
  OP.catch,
  OP.throw,
  OP.rethrow,
  OP.delegate,
  OP.gc,
  OP.misc,
  OP.simd,
  OP.atomic,
]);

describe('the effect on the operands', () => {
  const plain = numbers(256).filter((opcode) => {
    const kind = IMMEDIATES[opcode];
    return !TYPED.has(opcode) && kind !== IMMEDIATE.unknown && kind !== IMMEDIATE.control && kind !== IMMEDIATE.branch;
  });

  it.each<[string, readonly (readonly [number[], number | undefined])[]]>([
    [
      'one byte',
      plain.map((opcode) => {
        const kind = IMMEDIATES[opcode] ?? 0;
        const length = { [IMMEDIATE.none]: 0, [IMMEDIATE.memory]: 2, [IMMEDIATE.bytes4]: 4, [IMMEDIATE.bytes8]: 8 };
        const immediates = IMMEDIATE_BYTES[opcode] ?? zeros(length[kind as keyof typeof length] ?? 1);
        return [[opcode, ...immediates], STACK_EFFECTS[opcode]];
      }),
    ],
    [
      'arithmetic, memory and tables after 0xfc',
      numbers(MISC_EFFECTS.length).map((opcode) => {
        const immediates = [8, 10, 12, 14].includes(opcode) ? 2 : 1;
        return [[OP.misc, opcode, ...zeros(opcode < 8 ? 0 : immediates)], MISC_EFFECTS[opcode]];
      }),
    ],
    [
      'SIMD',
      numbers(SIMD_EFFECTS.length).map((opcode) => {
        const length = { none: 0, memory: 2, lane: 1, 'memory lane': 3, bytes16: 16, unknown: 0 };
        return [[OP.simd, ...leb(opcode), ...zeros(length[simdImmediate(opcode)])], SIMD_EFFECTS[opcode]];
      }),
    ],
    [
      'atomics',
      [0, 3, ...numbers(0x4f).slice(0x10)].map((opcode) => {
        // Alignments of atomic accesses are exact: what is not says so before it counts.
        const width = opcode === 3 ? [0] : [atomicAlignment(opcode), 0];
        return [[OP.atomic, opcode, ...width], ATOMIC_EFFECTS[opcode]];
      }),
    ],
  ])('of %s is what V8 says', (_, instructions) => {
    const wrong = instructions.flatMap(([code, effect = 0]) => {
      const expected = effectInV8(...code);
      // V8 has no such instruction; what the table says of it does not matter.
      if (/invalid (numeric|simd) opcode|Invalid opcode/i.test(complaint([0x00, ...code]))) return [];
      const actual = { taken: taken(effect), left: left(effect) };
      return JSON.stringify(actual) === JSON.stringify(expected) ? [] : [{ code: code.join(' '), actual, expected }];
    });
    expect(wrong).toEqual([]);
  });
});

/** The one alignment, as a power of 2, that an atomic access may have. */
function atomicAlignment(opcode: number): number {
  if (opcode === 0) return 2;
  const inGroup = (opcode - 0x10) % 7;
  return [2, 3, 0, 1, 0, 1, 2][inGroup] ?? 0;
}
