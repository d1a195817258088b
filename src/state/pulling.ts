import type { StateStat } from '../core/global-state.ts';
import { type FetchContext, readGlobal } from './fetching.ts';
import { inPieces } from './pieces.ts';
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

/**
 * Puts the global tier's bytes into pages that are here, but for what has been changed here: whole words at once, so that
 * none is ever made of a number that a function is storing and of another one that comes from there. Throws
 * `HOST_OVERLOADED`, with whole pieces of it done.
 */
function merge(context: FetchContext, value: LocalValue, offset: number, bytes: Uint8Array): void {
  const { layer } = context;
  const { region, twin, dirty } = value;
  const { storage } = region;
  const scratch = new Uint8Array(CHUNK_BYTES);
  const end = offset + bytes.length;
  for (let from = offset, to = from; from < end; from = to) {
    const chunk = Math.floor(from / CHUNK_BYTES) * CHUNK_BYTES;
    to = Math.min(chunk + CHUNK_BYTES, end);
    const there = bytes.subarray(from - offset, to - offset);
    const here = scratch.subarray(0, there.length);
    twin?.makeRoom(from, there);
    layer.read(storage, from, here);
    if (!layer.equal(here, there)) {
      const base = isTouched(region) ? twin?.chunk(chunk).subarray(from - chunk, to - chunk) : undefined;
      for (const [first, last] of dirty.gaps(from, to)) {
        layer.merge(
          storage,
          first,
          there.subarray(first - from, last - from),
          base?.subarray(first - from, last - from),
        );
      }
    }
    twin?.set(from, there);
  }
}
