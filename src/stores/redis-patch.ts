import type { StateRange } from '../core/global-state.ts';

/** Ranges as the script `ranges-5` takes them. */
export interface RedisPatch {
  /** Offset, length and unit of each block, packed. */
  readonly blocks: Uint8Array;
  /** Data of the blocks, one after the other; some are the ranges' own bytes. */
  readonly parts: readonly Uint8Array[];
  /** Length of all parts. */
  readonly dataBytes: number;
}

const BLOCK_BYTES = 9;
/** Longest block: a script handles it in one string. */
const BLOCK_MAX_BYTES = 256 * 1024;
/**
 * Ranges with no more between them are sent as one block with a mask: what lies between them costs the server less than
 * one more range does, and little more of the network than its offset and length.
 */
const NEAR_BYTES = 32;
/** Fewer ranges than that are not worth a mask. */
const MASKED_RANGES_MIN = 8;
/** Bytes that a bit of a mask may stand for at most. */
const UNIT_MAX = 8;

/** Packs ranges, which are written in their order. The ranges stay the caller's. */
export function redisPatch(ranges: readonly StateRange[]): RedisPatch {
  const blocks: Block[] = [];
  for (const group of groups(ranges)) {
    if (group.length >= MASKED_RANGES_MIN) blocks.push(maskedBlock(group));
    else for (const range of group) blocks.push(...plainBlocks(range));
  }
  const packed = new DataView(new ArrayBuffer(blocks.length * BLOCK_BYTES));
  for (const [i, { offset, length, unit }] of blocks.entries()) {
    packed.setUint32(i * BLOCK_BYTES, offset, true);
    packed.setUint32(i * BLOCK_BYTES + 4, length, true);
    packed.setUint8(i * BLOCK_BYTES + 8, unit);
  }
  const parts = blocks.map(({ data }) => data);
  const dataBytes = parts.reduce((sum, { length }) => sum + length, 0);
  return { blocks: new Uint8Array(packed.buffer), parts, dataBytes };
}

interface Block {
  readonly offset: number;
  readonly length: number;
  /** 0: all of it is written; else bytes that a bit of the mask stands for. */
  readonly unit: number;
  readonly data: Uint8Array;
}

/** Ranges that follow each other closely, at least one in each group. */
function groups(ranges: readonly StateRange[]): readonly StateRange[][] {
  const all: StateRange[][] = [];
  let from = 0;
  let to = 0;
  for (const range of ranges) {
    const end = range.offset + range.bytes.length;
    const group = all.at(-1);
    const near = range.offset >= to && range.offset - to <= NEAR_BYTES && end - from <= BLOCK_MAX_BYTES;
    if (group !== undefined && near) group.push(range);
    else {
      all.push([range]);
      from = range.offset;
    }
    to = end;
  }
  return all;
}

function plainBlocks({ offset, bytes }: StateRange): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < bytes.length; at += BLOCK_MAX_BYTES) {
    const data = bytes.subarray(at, at + BLOCK_MAX_BYTES);
    blocks.push({ offset: offset + at, length: data.length, unit: 0, data });
  }
  return blocks;
}

/** One block for ranges that do not overlap. */
function maskedBlock(ranges: readonly StateRange[]): Block {
  const from = ranges[0]?.offset ?? 0;
  let to = from;
  let bits = UNIT_MAX;
  for (const { offset, bytes } of ranges) {
    to = offset + bytes.length;
    bits |= (offset - from) | bytes.length;
  }
  // The largest power of two that all places and lengths are multiples of.
  const unit = bits & -bits;
  const length = to - from;
  const maskBytes = Math.ceil(length / unit / 8);
  const data = new Uint8Array(maskBytes + length);
  for (const { offset, bytes } of ranges) {
    data.set(bytes, maskBytes + offset - from);
    const end = (offset - from + bytes.length) / unit;
    for (let at = (offset - from) / unit; at < end; at += 1) data[at >> 3] = (data[at >> 3] ?? 0) | (1 << (at & 7));
  }
  return { offset: from, length, unit, data };
}
