import { PAGE_BYTES } from '../core/limits.ts';
import type { ImageChunk } from './artifact.ts';
import { invalidModule } from './module-errors.ts';
import type { DataSegment } from './segments.ts';

/** Runs of zeros this long are left out: an untouched page of memory is zero anyway. */
const ZERO_RUN_BYTES = 4096;
/** Pieces nearer than this become one: fewer copies when a memory is filled. */
const JOIN_BYTES = 64;

interface Placed {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * The initial memory as sparse pieces, or undefined when the offset of an active segment is not known before the
 * module runs. Segments apply in order, later ones win. Throws `MODULE_INVALID` for a segment that lies outside the
 * initial memory, where starting the module would trap.
 */
export function cutImage(segments: readonly DataSegment[], initialPages: number): readonly ImageChunk[] | undefined {
  const placed: Placed[] = [];
  for (const [index, { kind, offset, bytes, start }] of segments.entries()) {
    if (kind === 'passive') continue;
    if (offset === undefined) return undefined;
    if (offset + bytes.length > initialPages * PAGE_BYTES) {
      const range = `[${offset}, ${offset + bytes.length})`;
      throw invalidModule(start, `data segment ${index} ${range} lies outside the ${initialPages} pages of memory`);
    }
    if (bytes.length > 0) placed.push({ offset, bytes });
  }
  return compact(groups(placed).flatMap((group) => nonZeroRuns(flatten(group))));
}

/** Segments that touch, overlap or nearly so, in groups; the groups in order of address, each in order of application. */
function groups(placed: readonly Placed[]): Placed[][] {
  const order = placed.map((segment, index) => ({ segment, index }));
  order.sort((one, other) => one.segment.offset - other.segment.offset || one.index - other.index);
  const found: { segment: Placed; index: number }[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const each of order) {
    const current = found.at(-1);
    if (current !== undefined && each.segment.offset <= end + JOIN_BYTES) current.push(each);
    else found.push([each]);
    end = Math.max(end, each.segment.offset + each.segment.bytes.length);
  }
  return found.map((group) => group.sort((one, other) => one.index - other.index).map(({ segment }) => segment));
}

function flatten(group: readonly Placed[]): Placed {
  const [only] = group;
  if (only !== undefined && group.length === 1) return only;
  let start = Number.POSITIVE_INFINITY;
  let end = 0;
  for (const { offset, bytes } of group) {
    start = Math.min(start, offset);
    end = Math.max(end, offset + bytes.length);
  }
  const whole = new Uint8Array(end - start);
  for (const { offset, bytes } of group) whole.set(bytes, offset - start);
  return { offset: start, bytes: whole };
}

/** `placed` without its zero runs of {@link ZERO_RUN_BYTES} and more; nothing when it is zero throughout. */
function nonZeroRuns({ offset, bytes }: Placed): Placed[] {
  const runs: Placed[] = [];
  let start = 0;
  let zeros = 0;
  const add = (end: number): void => {
    if (end > start) runs.push({ offset: offset + start, bytes: bytes.subarray(start, end) });
  };
  for (let index = 0; index < bytes.length; index += 1) {
    if (bytes[index] === 0) zeros += 1;
    else {
      if (zeros >= ZERO_RUN_BYTES || zeros === index) {
        add(index - zeros);
        start = index;
      }
      zeros = 0;
    }
  }
  const end = bytes.length - zeros;
  add(end);
  return runs;
}

/** Copies the pieces into one buffer of exactly their size, so that posting them does not carry the upload along. */
function compact(pieces: readonly Placed[]): ImageChunk[] {
  const whole = new Uint8Array(pieces.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let position = 0;
  return pieces.map(({ offset, bytes }) => {
    const start = position;
    whole.set(bytes, start);
    position += bytes.length;
    return { offset, bytes: whole.subarray(start, position) };
  });
}
