import { inPieces } from './pieces.ts';
import { RangeSet } from './range-set.ts';
import type { LocalValue, ValueContext } from './value.ts';

/**
 * Adds the bytes of a mask that are not 0 to `taken`, and zeroes them on this host. Before the masked bytes are read: a mark
 * that comes meanwhile is either left for the next push, or its byte is sent by this one. Throws `HOST_OVERLOADED`, when
 * the marks that were zeroed are in `taken`.
 */
export async function takeMask({ layer }: ValueContext, mask: LocalValue, taken: RangeSet): Promise<void> {
  const { storage, sizeBytes } = mask.region;
  await inPieces(0, sizeBytes, (from, to) => {
    const marks = new Uint8Array(to - from);
    layer.read(storage, from, marks);
    const marked = markedRanges(from, marks);
    if (marked.empty) return;
    // Zeros where the marks are still those that have been read.
    layer.merge(storage, from, new Uint8Array(marks.length), marks);
    taken.addAll(marked);
  });
}

/** The bytes of `marks`, which begin at `offset`, that are not 0. */
function markedRanges(offset: number, marks: Uint8Array): RangeSet {
  const marked = new RangeSet();
  for (let at = 0; at < marks.length; at += 1) {
    if (marks[at] === 0) continue;
    const start = at;
    while (at < marks.length && marks[at] !== 0) at += 1;
    marked.add(offset + start, offset + at);
  }
  return marked;
}
