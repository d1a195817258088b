import type { HostContext, HostFunction } from '../context.ts';
import { define } from './define.ts';
import type { Listed } from './directory-node.ts';
import { sessionOf } from './session.ts';
import { FILETYPE, RIGHT, SIZE } from './types.ts';

/** `fd_readdir`. */
export const DIRECTORY_READING_FUNCTIONS: readonly HostFunction[] = [define('fd_readdir', 'iiili', readDirectory)];

const encoder = new TextEncoder();

/**
 * Fills the buffer with entries after `cookie`, the last one cut off where it does not fit: fewer bytes than asked for
 * say that there are no more. A cookie is the order of an entry and stays good while entries come and go, so a program
 * can remove what it lists.
 */
function readDirectory(
  context: HostContext,
  fd: number,
  buffer: number,
  length: number,
  cookie: bigint,
  result: number,
): void {
  const { descriptors, pace } = sessionOf(context);
  const { node } = descriptors.directory(fd, RIGHT.FD_READDIR);
  const target = context.memory.slice(buffer, length);
  context.memory.check(result, 4);
  const after = Number(BigInt.asUintN(64, cookie));
  const writer = new EntryWriter(target);
  if (after < 1) writer.add('.', 1, node.ino, node.type);
  if (after < 2) writer.add('..', 2, node.parent.ino, FILETYPE.DIRECTORY);
  const entries = node.listing((items) => pace.items(items));
  for (let at = firstAfter(entries, after); at < entries.length && !writer.full; at += 1) {
    const entry = entries[at];
    if (!entry) break;
    writer.add(entry.name, entry.order, entry.node.ino, entry.node.type);
    pace.items(1);
  }
  context.memory.setU32(result, writer.used);
}

/** Index of the first entry whose order is above `order`. */
function firstAfter(entries: readonly Listed[], order: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.order ?? Number.POSITIVE_INFINITY) > order) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Writes `dirent` records and names into a buffer. */
class EntryWriter {
  readonly #target: Uint8Array;
  used = 0;

  constructor(target: Uint8Array) {
    this.#target = target;
  }

  get full(): boolean {
    return this.used === this.#target.length;
  }

  add(name: string, next: number, ino: number, type: number): void {
    if (this.full) return;
    const text = encoder.encode(name);
    const record = new Uint8Array(SIZE.DIRENT + text.length);
    const view = new DataView(record.buffer);
    view.setBigUint64(0, BigInt(next), true);
    view.setBigUint64(8, BigInt(ino), true);
    view.setUint32(16, text.length, true);
    view.setUint8(20, type);
    record.set(text, SIZE.DIRENT);
    const room = this.#target.length - this.used;
    this.#target.set(record.length <= room ? record : record.subarray(0, room), this.used);
    this.used += Math.min(record.length, room);
  }
}
