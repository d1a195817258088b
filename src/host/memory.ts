import { PAGE_BYTES, pagesFor } from '../core/limits.ts';
import type { HostContext, HostFunction } from './context.ts';
import { FreeRanges } from './free-ranges.ts';
import { paceOf } from './pace.ts';
import { fileReader } from './wasi/file-contents.ts';

/** Memory as POSIX programs ask for it, module `env`. All of it is heap: it grows in whole pages and never shrinks. */
export const MEMORY_FUNCTIONS: readonly HostFunction[] = [
  { name: '__sbrk', params: ['i32'], result: 'i32', call: moveBreak },
  { name: 'mmap', params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i64'], result: 'i32', call: map },
  { name: 'munmap', params: ['i32', 'i32'], result: 'i32', call: unmap },
  // The one import besides WASI that Emscripten's stand-alone programs have. Views of the memory here renew themselves.
  { name: 'emscripten_notify_memory_growth', params: ['i32'], call: () => {} },
];

/** `MAP_FAILED`, and what `__sbrk` and `munmap` answer for a failure. */
const FAILED = -1;
const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = 0x20;

const FREE = Symbol('unmapped ranges');

/** Ranges that the call has unmapped and may map again. */
function freeRanges(context: HostContext): FreeRanges {
  return context.slot(FREE, () => new FreeRanges());
}

/**
 * `__sbrk(increment)`: the break is the end of the memory, so only whole pages can be added. Answers the break before,
 * -1 where the memory cannot grow by as much.
 */
function moveBreak(context: HostContext, increment: number): number {
  if (increment % PAGE_BYTES !== 0) return FAILED;
  const pages = context.grow((increment >>> 0) / PAGE_BYTES);
  return pages < 0 ? FAILED : pages * PAGE_BYTES;
}

/**
 * `mmap(address, length, protection, flags, fd, offset)`: zeros, or a copy of the file's bytes. The address is a hint that
 * nobody takes, protection does not exist, and what is written to a mapped file stays in memory. -1 for a failure.
 */
function map(
  context: HostContext,
  _address: number,
  length: number,
  _protection: number,
  flags: number,
  fd: number,
  offset: bigint,
): number {
  const bytes = length >>> 0;
  if (bytes === 0 || (flags & MAP_FIXED) !== 0) return FAILED;
  const isFile = (flags & MAP_ANONYMOUS) === 0 && fd >= 0;
  const source = isFile ? fileReader(context, fd, offset) : undefined;
  if (isFile && source === undefined) return FAILED;
  const address = take(context, pagesFor(bytes));
  if (address === undefined) return FAILED;
  source?.(context.memory.slice(address, bytes));
  return address | 0;
}

/** Zeroed pages: unmapped ones, else new ones. */
function take(context: HostContext, pages: number): number | undefined {
  const free = freeRanges(context).take(pages);
  if (free === undefined) {
    const first = context.grow(pages);
    return first < 0 ? undefined : first * PAGE_BYTES;
  }
  const address = free * PAGE_BYTES;
  const pace = paceOf(context);
  for (let page = 0; page < pages; page += 1) {
    context.memory.slice(address + page * PAGE_BYTES, PAGE_BYTES).fill(0);
    pace.bytes(PAGE_BYTES);
  }
  return address;
}

/** `munmap(address, length)`: later maps may use the pages. -1 for an address inside a page or outside the heap. */
function unmap(context: HostContext, address: number, length: number): number {
  const start = address >>> 0;
  const pages = pagesFor(length >>> 0);
  if (pages === 0 || start % PAGE_BYTES !== 0) return FAILED;
  const first = start / PAGE_BYTES;
  if (first + pages > context.grow(0)) return FAILED;
  freeRanges(context).give(first, pages);
  return 0;
}
