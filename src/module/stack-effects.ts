/**
 * What an instruction takes from the operand stack and what it leaves there, as `taken * 16 + left`. What depends on
 * types (calls, blocks, the operands of a branch) is not in it.
 */
export type StackEffect = number;

/** Operands that an instruction takes. */
export function taken(effect: StackEffect): number {
  return effect >> 4;
}

/** Operands that an instruction leaves. */
export function left(effect: StackEffect): number {
  return effect & 15;
}

/** Names for effects: operands taken, then operands left. */
const FX = { _0_1: 0x01, _1_0: 0x10, _1_1: 0x11, _2_0: 0x20, _2_1: 0x21, _3_0: 0x30, _3_1: 0x31 } as const;

/** Opcodes from the first to the last. */
type Range = readonly [effect: StackEffect, first: number, last: number];

/** Effects of the one-byte opcodes; none of the prefixes. */
export const STACK_EFFECTS: Uint8Array = fill(256, 0, [
  [FX._1_0, 0x04, 0x04], // if
  [FX._1_0, 0x0a, 0x0a], // throw_ref
  [FX._1_0, 0x0d, 0x0e], // br_if, br_table
  [FX._1_0, 0x11, 0x11], // call_indirect
  [FX._1_0, 0x13, 0x15], // return_call_indirect, call_ref, return_call_ref
  [FX._1_0, 0x1a, 0x1a], // drop
  [FX._3_1, 0x1b, 0x1c], // select
  [FX._0_1, 0x20, 0x20], // local.get
  [FX._1_0, 0x21, 0x21], // local.set
  [FX._1_1, 0x22, 0x22], // local.tee
  [FX._0_1, 0x23, 0x23], // global.get
  [FX._1_0, 0x24, 0x24], // global.set
  [FX._1_1, 0x25, 0x25], // table.get
  [FX._2_0, 0x26, 0x26], // table.set
  [FX._1_1, 0x28, 0x35], // loads
  [FX._2_0, 0x36, 0x3e], // stores
  [FX._0_1, 0x3f, 0x3f], // memory.size
  [FX._1_1, 0x40, 0x40], // memory.grow
  [FX._0_1, 0x41, 0x44], // constants
  // Comparisons, arithmetic, conversions.
  [FX._2_1, 0x45, 0xa6],
  [FX._1_1, 0x45, 0x45], // i32.eqz
  [FX._1_1, 0x50, 0x50], // i64.eqz
  [FX._1_1, 0x67, 0x69], // clz, ctz, popcnt
  [FX._1_1, 0x79, 0x7b],
  [FX._1_1, 0x8b, 0x91], // abs to sqrt
  [FX._1_1, 0x99, 0x9f],
  [FX._1_1, 0xa7, 0xc4],
  [FX._0_1, 0xd0, 0xd0], // ref.null
  [FX._1_1, 0xd1, 0xd1], // ref.is_null
  [FX._0_1, 0xd2, 0xd2], // ref.func
  [FX._1_1, 0xd4, 0xd5], // ref.as_non_null, br_on_null
  [FX._1_0, 0xd6, 0xd6], // br_on_non_null
]);

/** Effects of the opcodes after 0xfc. */
export const MISC_EFFECTS: Uint8Array = fill(18, FX._3_0, [
  [FX._1_1, 0, 7], // saturating truncations
  [0, 9, 9], // data.drop
  [0, 13, 13], // elem.drop
  [FX._2_1, 15, 15], // table.grow
  [FX._0_1, 16, 16], // table.size
]);

/** Effects of the SIMD opcodes (after 0xfd). */
export const SIMD_EFFECTS: Uint8Array = fill(0x114, FX._2_1, [
  [FX._1_1, 0, 10], // loads
  [FX._2_0, 11, 11], // store
  [FX._0_1, 12, 12], // const
  [FX._1_1, 15, 22], // splats, extract_lane
  [FX._1_1, 24, 25],
  [FX._1_1, 27, 27],
  [FX._1_1, 29, 29],
  [FX._1_1, 31, 31],
  [FX._1_1, 33, 33],
  [FX._1_1, 77, 77], // not
  [FX._3_1, 82, 82], // bitselect
  [FX._1_1, 83, 83], // any_true
  [FX._2_0, 88, 91], // stores of a lane
  [FX._1_1, 92, 100], // loads with zeros, conversions, of i8x16: abs to bitmask
  [FX._1_1, 103, 106], // rounding
  [FX._1_1, 116, 117],
  [FX._1_1, 122, 122],
  [FX._1_1, 124, 129], // pairwise sums, of i16x8: abs, neg
  [FX._1_1, 131, 132],
  [FX._1_1, 135, 138],
  [FX._1_1, 148, 148],
  [FX._1_1, 160, 161], // the same of i32x4
  [FX._1_1, 163, 164],
  [FX._1_1, 167, 170],
  [FX._1_1, 192, 193], // of i64x2
  [FX._1_1, 195, 196],
  [FX._1_1, 199, 202],
  [FX._1_1, 224, 225], // abs, neg, sqrt of floats
  [FX._1_1, 227, 227],
  [FX._1_1, 236, 237],
  [FX._1_1, 239, 239],
  [FX._1_1, 248, 255], // conversions
  [FX._1_1, 257, 260], // relaxed truncations
  [FX._3_1, 261, 268], // multiply and add, laneselect
  [FX._3_1, 275, 275], // dot product and add
]);

/** Effects of the atomic opcodes (after 0xfe). */
export const ATOMIC_EFFECTS: Uint8Array = fill(0x4f, FX._2_1, [
  [0, 3, 3], // fence
  [FX._1_1, 0x10, 0x16], // loads
  [FX._2_0, 0x17, 0x1d], // stores
  [FX._3_1, 0x48, 0x4e], // compare and exchange
]);

/** A table where later ranges overwrite earlier ones. */
function fill(length: number, other: StackEffect, ranges: readonly Range[]): Uint8Array {
  const table = new Uint8Array(length).fill(other);
  for (const [effect, first, last] of ranges) table.fill(effect, first, last + 1);
  return table;
}
