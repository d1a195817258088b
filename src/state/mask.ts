import { inPieces } from './pieces.ts';
import { RangeSet } from './range-set.ts';
import { type LocalValue, readValue, type ValueContext } from './value.ts';

/** The ranges of a mask's bytes that are not 0. */
export async function maskRanges(context: ValueContext, mask: LocalValue): Promise<RangeSet> {
  const set = new RangeSet();
  await inPieces(0, mask.region.sizeBytes, async (from, to) => {
    const bytes = await readValue(context, mask, from, to);
    let start = -1;
    for (let at = 0; at <= bytes.length; at += 1) {
      const marked = at < bytes.length && bytes[at] !== 0;
      if (marked && start < 0) start = at;
      if (marked || start < 0) continue;
      set.add(from + start, from + at);
      start = -1;
    }
  });
  return set;
}

/**
 * Zeros the ranges of a mask on this host. Before the masked bytes are read: a mark that comes meanwhile is either left
 * for the next push, or its byte is sent by this one.
 */
export async function zeroMask({ layer }: ValueContext, mask: LocalValue, ranges: RangeSet): Promise<void> {
  for (const [from, to] of ranges.ranges) {
    await inPieces(from, to, (start, end) => layer.write(mask.region.storage, start, new Uint8Array(end - start)));
  }
}
