import { realtimeNs } from '../clock.ts';
import type { GuestMemory } from '../guest-memory.ts';
import type { TreeNode } from './directory-node.ts';
import { fail } from './errno.ts';
import { setU64 } from './layout.ts';
import { DEVICE, FILETYPE, type FilestatLayout, FSTFLAG } from './types.ts';

/** Writes a `filestat` for `node`, or for a standard stream. Throws `BAD_POINTER`. */
export function writeFilestat(
  memory: GuestMemory,
  address: number,
  node: TreeNode | undefined,
  layout: FilestatLayout,
): void {
  memory.slice(address, layout.bytes).fill(0);
  if (!node) return;
  const at = address >>> 0;
  setU64(memory, at, node.device);
  setU64(memory, at + 8, node.ino);
  memory.view.setUint8(at + 16, node.type);
  const size = at + layout.size;
  // 32 bits in the old layout: the upper half, which is 0, is then written over by the size.
  setU64(memory, at + layout.links, node.links);
  setU64(memory, size, node.size);
  memory.view.setBigUint64(size + 8, node.atime, true);
  memory.view.setBigUint64(size + 16, node.mtime, true);
  memory.view.setBigUint64(size + 24, node.ctime, true);
}

/**
 * Sets times as `fstflags` say. Fails with EINVAL for a time that is to be both given and now, or unknown flags, and with
 * ENOTSUP for shared files: the store says when they were written.
 */
export function setTimes(node: TreeNode, atime: bigint, mtime: bigint, flags: number): void {
  const known = FSTFLAG.ATIM | FSTFLAG.ATIM_NOW | FSTFLAG.MTIM | FSTFLAG.MTIM_NOW;
  const both = (a: number, b: number): boolean => (flags & a) !== 0 && (flags & b) !== 0;
  if ((flags & ~known) !== 0 || both(FSTFLAG.ATIM, FSTFLAG.ATIM_NOW) || both(FSTFLAG.MTIM, FSTFLAG.MTIM_NOW)) {
    fail('INVAL');
  }
  if (node.device === DEVICE.SHARED) fail('NOTSUP');
  const now = realtimeNs();
  if ((flags & FSTFLAG.ATIM) !== 0) node.atime = BigInt.asUintN(64, atime);
  if ((flags & FSTFLAG.ATIM_NOW) !== 0) node.atime = now;
  if ((flags & FSTFLAG.MTIM) !== 0) node.mtime = BigInt.asUintN(64, mtime);
  if ((flags & FSTFLAG.MTIM_NOW) !== 0) node.mtime = now;
  node.ctime = now;
}

/** `filetype` of a descriptor's node, or of a standard stream. */
export function filetypeOf(node: TreeNode | undefined): number {
  // Streams are pipes, for which preview 1 has no type. A character device would be a terminal to C libraries, which
  // then flush at every newline: one host call per line instead of one per buffer.
  return node ? node.type : FILETYPE.UNKNOWN;
}
