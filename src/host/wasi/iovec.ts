import type { HostContext } from '../context.ts';
import type { Pace } from '../pace.ts';
import { Failure, fail } from './errno.ts';
import { SIZE } from './types.ts';

/** The most that one call can report in its u32 result. */
const TOTAL_MAX = 0xffff_ffff;

/**
 * Hands each buffer of `count` iovecs at `iovecs` to `transfer`, which answers how many bytes it moved, until one is
 * moved in part only; answers the sum. All iovecs are checked first, so that a bad pointer moves nothing; what then
 * fails after bytes have moved is reported by the next call, as POSIX does. Throws `BAD_POINTER`; fails with EINVAL
 * when the lengths do not fit 32 bits.
 */
export function forEachBuffer(
  context: HostContext,
  pace: Pace,
  iovecs: number,
  count: number,
  transfer: (buffer: Uint8Array) => number,
): number {
  const { memory } = context;
  const first = iovecs >>> 0;
  const end = first + (count >>> 0) * SIZE.IOVEC;
  if (end > memory.bytes.length) fail('FAULT');
  let asked = 0;
  for (let at = first; at < end; at += SIZE.IOVEC) {
    const length = memory.u32(at + 4);
    memory.check(memory.u32(at), length);
    asked += length;
    pace.items(1);
  }
  if (asked > TOTAL_MAX) fail('INVAL');
  let total = 0;
  for (let at = first; at < end; at += SIZE.IOVEC) {
    // Reading can have written over iovecs still to come: `slice` checks again, and never past what was asked for.
    const buffer = memory.slice(memory.u32(at), Math.min(memory.u32(at + 4), asked - total));
    pace.items(1);
    if (buffer.length === 0) continue;
    const moved = attempt(transfer, buffer, total > 0);
    total += moved;
    if (moved < buffer.length) break;
  }
  return total;
}

function attempt(transfer: (buffer: Uint8Array) => number, buffer: Uint8Array, partial: boolean): number {
  try {
    return transfer(buffer);
  } catch (thrown) {
    if (partial && thrown instanceof Failure) return 0;
    throw thrown;
  }
}
