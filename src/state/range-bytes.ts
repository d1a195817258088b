import type { StateRange } from '../core/global-state.ts';
import { nextTurn } from '../core/in-steps.ts';
import { PIECE_BYTES } from './pieces.ts';
import type { Range } from './range-set.ts';
import { type LocalValue, readValue, type ValueContext } from './value.ts';

/** Ranges with no more between them are read at once: about what a read costs besides its bytes. */
const NEAR_BYTES = 256;
/** What is read at once to hold several ranges; a range alone may be longer. */
const RUN_BYTES = 1024 * 1024;
const WORD_BYTES = 8;

/** Sorted ranges with their bytes as they are here. Words are read whole, also while a function stores to them. */
export async function readRanges(
  context: ValueContext,
  value: LocalValue,
  ranges: readonly Range[],
): Promise<StateRange[]> {
  const found: StateRange[] = [];
  let sinceTurn = 0;
  for (const { from, to, ranges: near } of runs(ranges)) {
    const bytes = await readValue(context, value, from, to);
    for (const [start, end] of near) found.push({ offset: start, bytes: bytes.subarray(start - from, end - from) });
    sinceTurn += bytes.length;
    if (sinceTurn < PIECE_BYTES) continue;
    await nextTurn();
    sinceTurn = 0;
  }
  return found;
}

/** Ranges of `bytes`, which begin at `offset`, as copies in one buffer. */
export function copyRanges(offset: number, bytes: Uint8Array, ranges: readonly Range[]): StateRange[] {
  const buffer = new Uint8Array(ranges.reduce((sum, [from, to]) => sum + to - from, 0));
  let used = 0;
  return ranges.map(([from, to]) => {
    const copy = buffer.subarray(used, used + to - from);
    copy.set(bytes.subarray(from - offset, to - offset));
    used += copy.length;
    return { offset: from, bytes: copy };
  });
}

/** Ranges that are read at once, from the beginning of a word on: the kernel copies aligned words whole. */
interface Run {
  readonly from: number;
  to: number;
  readonly ranges: Range[];
}

function runs(ranges: readonly Range[]): readonly Run[] {
  const all: Run[] = [];
  for (const range of ranges) {
    const [from, to] = range;
    const last = all.at(-1);
    if (last !== undefined && from - last.to <= NEAR_BYTES && to - last.from <= RUN_BYTES) {
      last.to = to;
      last.ranges.push(range);
    } else all.push({ from: from - (from % WORD_BYTES), to, ranges: [range] });
  }
  return all;
}
