import type { StateStat } from '../core/global-state.ts';
import { differences } from './differences.ts';
import { type FetchContext, readGlobal } from './fetching.ts';
import { inPieces } from './pieces.ts';
import { RangeSet } from './range-set.ts';
import { isTouched, pageRuns } from './region.ts';
import { CHUNK_BYTES } from './twin.ts';
import type { LocalValue } from './value.ts';

/**
 * Brings the pages that are here up to the version of the global tier that `stat` tells of; bytes that were changed here
 * and not pushed stay as they are. Nothing is read where the version is known. Throws as fetchMissing().
 */
export async function refresh(context: FetchContext, value: LocalValue, stat: StateStat): Promise<void> {
  if (stat.version === value.version) return;
  const { region } = value;
  for (const [start, end] of pageRuns(region, 0, region.sizeBytes, true)) {
    await inPieces(start, end, async (from, to) =>
      merge(context, value, from, await readGlobal(context, value, from, to)),
    );
  }
  // What was read is at least that new. If somebody has changed the value meanwhile, the next pull reads it again.
  value.version = stat.version;
}

/** Puts the global tier's bytes into pages that are here, but for what has been changed here. */
export function merge(context: FetchContext, value: LocalValue, offset: number, bytes: Uint8Array): void {
  const { region, twin } = value;
  const { storage } = region;
  const compare = twin !== undefined && isTouched(region);
  const scratch = new Uint8Array(CHUNK_BYTES);
  for (let at = offset; at < offset + bytes.length; ) {
    const chunk = Math.floor(at / CHUNK_BYTES) * CHUNK_BYTES;
    const end = Math.min(chunk + CHUNK_BYTES, offset + bytes.length);
    const here = scratch.subarray(0, end - at);
    context.layer.read(storage, at, here);
    const from = at;
    at = end;
    const there = bytes.subarray(from - offset, end - offset);
    if (context.layer.equal(here, there)) continue;
    const changed = new RangeSet();
    if (compare) {
      const base = twin.chunk(chunk).subarray(from - chunk, end - chunk);
      differences(here, base, (first, last) => changed.add(from + first, from + last));
    }
    // Only what is new there: a store that comes at this very moment elsewhere is not undone.
    differences(here, there, (first, last) => {
      for (const [start, stop] of value.dirty.gaps(from + first, from + last)) {
        for (const [a, b] of changed.gaps(start, stop))
          context.layer.write(storage, a, bytes.subarray(a - offset, b - offset));
      }
    });
  }
  twin?.set(offset, bytes);
}
