import type { HostContext, HostFunction } from '../context.ts';
import { define } from './define.ts';
import type { Descriptor, FileDescriptor } from './descriptor.ts';
import { fail } from './errno.ts';
import { forEachBuffer } from './iovec.ts';
import { setU64 } from './layout.ts';
import { type Session, sessionOf } from './session.ts';
import { FDFLAG, RIGHT, WHENCE, type Whence } from './types.ts';

/** Reading, writing and seeking, module `wasi_snapshot_preview1`. */
export const FD_IO_FUNCTIONS: readonly HostFunction[] = [
  define('fd_read', 'iiii', read),
  define('fd_write', 'iiii', write),
  define('fd_pread', 'iiili', readAt),
  define('fd_pwrite', 'iiili', writeAt),
  defineSeek([WHENCE.SET, WHENCE.CUR, WHENCE.END]),
  define('fd_tell', 'ii', tell),
];

function read(context: HostContext, fd: number, iovecs: number, count: number, result: number): void {
  const session = sessionOf(context);
  const descriptor = session.descriptors.get(fd, RIGHT.FD_READ);
  context.memory.check(result, 4); // before anything is consumed
  let total: number;
  switch (descriptor.kind) {
    case 'stdin':
      total = forEachBuffer(context, session.pace, iovecs, count, (buffer) => {
        const piece = context.input.subarray(descriptor.position, descriptor.position + buffer.length);
        session.pace.copy(buffer, piece);
        descriptor.position += piece.length;
        return piece.length;
      });
      break;
    case 'file':
      total = transfer('read', context, session, descriptor, descriptor.position, iovecs, count);
      descriptor.position += total;
      break;
    default:
      return fail('BADF');
  }
  context.memory.setU32(result, total);
}

function write(context: HostContext, fd: number, iovecs: number, count: number, result: number): void {
  const session = sessionOf(context);
  const descriptor = session.descriptors.get(fd, RIGHT.FD_WRITE);
  context.memory.check(result, 4);
  let total: number;
  switch (descriptor.kind) {
    case 'stdout':
    case 'stderr': {
      // The sinks check their limit before they copy.
      const sink = descriptor.kind === 'stdout' && context.stdoutIsOutput ? context.output : context.log;
      total = forEachBuffer(context, session.pace, iovecs, count, (buffer) => {
        sink.write(buffer);
        session.pace.bytes(buffer.length);
        return buffer.length;
      });
      break;
    }
    case 'file': {
      const start = (descriptor.flags & FDFLAG.APPEND) !== 0 ? descriptor.node.size : descriptor.position;
      total = transfer('write', context, session, descriptor, start, iovecs, count);
      descriptor.position = start + total;
      break;
    }
    default:
      return fail('BADF');
  }
  context.memory.setU32(result, total);
}

function readAt(context: HostContext, fd: number, iovecs: number, count: number, at: bigint, result: number): void {
  const session = sessionOf(context);
  const descriptor = fileFor(session.descriptors.get(fd), RIGHT.FD_READ | RIGHT.FD_SEEK);
  context.memory.check(result, 4);
  context.memory.setU32(result, transfer('read', context, session, descriptor, position(at), iovecs, count));
}

/** POSIX wants `pwrite` to honour its offset, also on a descriptor that appends. */
function writeAt(context: HostContext, fd: number, iovecs: number, count: number, at: bigint, result: number): void {
  const session = sessionOf(context);
  const descriptor = fileFor(session.descriptors.get(fd), RIGHT.FD_WRITE | RIGHT.FD_SEEK);
  context.memory.check(result, 4);
  context.memory.setU32(result, transfer('write', context, session, descriptor, position(at), iovecs, count));
}

/** `fd_seek`; `whences` says what its values of `whence` mean, from 0 on. */
export function defineSeek(whences: readonly Whence[]): HostFunction {
  return define('fd_seek', 'ilii', (context, fd, offset, whence, result) => {
    seek(context, fd, offset, whences[whence], result);
  });
}

function seek(context: HostContext, fd: number, offset: bigint, whence: Whence | undefined, result: number): void {
  // Only asking where one is takes no right to move.
  const asks = offset === 0n && whence === WHENCE.CUR;
  const descriptor = fileFor(sessionOf(context).descriptors.get(fd), asks ? RIGHT.FD_TELL : RIGHT.FD_SEEK);
  context.memory.check(result, 8);
  const target = base(descriptor, whence) + Number(offset);
  if (target < 0) fail('INVAL');
  if (target > Number.MAX_SAFE_INTEGER) fail('OVERFLOW');
  descriptor.position = target;
  setU64(context.memory, result, target);
}

function tell(context: HostContext, fd: number, result: number): void {
  const descriptor = fileFor(sessionOf(context).descriptors.get(fd), RIGHT.FD_TELL);
  setU64(context.memory, result, descriptor.position);
}

function base(descriptor: FileDescriptor, whence: Whence | undefined): number {
  switch (whence) {
    case WHENCE.SET:
      return 0;
    case WHENCE.CUR:
      return descriptor.position;
    case WHENCE.END:
      return descriptor.node.size;
    default:
      return fail('INVAL');
  }
}

/** A descriptor that has positions. Fails with ESPIPE for streams, ENOTCAPABLE without `rights`, EISDIR. */
function fileFor(descriptor: Descriptor, rights: number): FileDescriptor {
  if (descriptor.kind !== 'file' && descriptor.kind !== 'directory') fail('SPIPE');
  // FD_SEEK implies FD_TELL.
  const held = descriptor.rights | ((descriptor.rights & RIGHT.FD_SEEK) !== 0 ? RIGHT.FD_TELL : 0);
  if ((held & rights) !== rights) fail('NOTCAPABLE');
  if (descriptor.kind === 'directory') fail('ISDIR');
  return descriptor;
}

/** An offset of an argument. Fails with EINVAL below zero; beyond what any file can have, one is like the other. */
function position(at: bigint): number {
  const value = BigInt.asIntN(64, at);
  if (value < 0n) fail('INVAL');
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
}

function transfer(
  direction: 'read' | 'write',
  context: HostContext,
  { pace }: Session,
  { node }: FileDescriptor,
  start: number,
  iovecs: number,
  count: number,
): number {
  let at = start;
  return forEachBuffer(context, pace, iovecs, count, (buffer) => {
    const copied = node[direction](at, buffer, pace);
    at += copied;
    return copied;
  });
}
