import type { HostContext, HostFunction } from '../context.ts';
import { define } from './define.ts';
import type { Descriptor, FileDescriptor } from './descriptor.ts';
import { Failure, fail } from './errno.ts';
import { filetypeOf, setTimes, writeFilestat } from './filestat.ts';
import { setU64 } from './layout.ts';
import { sessionOf } from './session.ts';
import { SharedFile } from './shared-file.ts';
import { FDFLAG, FILESTAT, type FilestatLayout, RIGHT, SIZE } from './types.ts';

/** What has been written to shared files goes back to the host. */
const WITH_FILES = { waits: 'with-files' } as const;

/** What descriptors are, and changes to them, module `wasi_snapshot_preview1`. */
export const FD_METADATA_FUNCTIONS: readonly HostFunction[] = [
  define('fd_close', 'i', close, WITH_FILES),
  define('fd_renumber', 'ii', renumber, WITH_FILES),
  define('fd_fdstat_get', 'ii', getStatus),
  define('fd_fdstat_set_flags', 'ii', setFlags),
  define('fd_fdstat_set_rights', 'ill', setRights),
  defineFilestatGet(FILESTAT),
  define('fd_filestat_set_size', 'il', setSize),
  define('fd_filestat_set_times', 'illi', setDescriptorTimes),
  define('fd_advise', 'illi', advise),
  define('fd_allocate', 'ill', allocate),
  define('fd_sync', 'i', (context, fd) => sync(context, fd, RIGHT.FD_SYNC), WITH_FILES),
  define('fd_datasync', 'i', (context, fd) => sync(context, fd, RIGHT.FD_DATASYNC), WITH_FILES),
  define('fd_prestat_get', 'ii', getPrestat),
  define('fd_prestat_dir_name', 'iii', getPrestatName),
];

const FLAGS_KNOWN = FDFLAG.APPEND | FDFLAG.DSYNC | FDFLAG.NONBLOCK | FDFLAG.RSYNC | FDFLAG.SYNC;
/** `advice` has the values 0 to 5. */
const ADVICE_MAX = 5;

function nodeOf(
  descriptor: Descriptor,
): Exclude<Descriptor, { kind: 'stdin' | 'stdout' | 'stderr' }>['node'] | undefined {
  return 'node' in descriptor ? descriptor.node : undefined;
}

function close(context: HostContext, fd: number): void {
  const { descriptors } = sessionOf(context);
  const written = attemptFlush(descriptors.get(fd));
  descriptors.close(fd);
  if (written !== undefined) throw written;
}

function renumber(context: HostContext, from: number, to: number): void {
  const { descriptors } = sessionOf(context);
  descriptors.get(from);
  const written = from === to ? undefined : attemptFlush(descriptors.get(to));
  descriptors.renumber(from, to);
  if (written !== undefined) throw written;
}

/** Writes back what a descriptor's shared file has of changes; answers the failure, which does not keep it open. */
function attemptFlush(descriptor: Descriptor): Failure | undefined {
  const node = nodeOf(descriptor);
  if (!(node instanceof SharedFile)) return undefined;
  try {
    node.flush();
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown;
    throw thrown;
  }
  return undefined;
}

function getStatus(context: HostContext, fd: number, result: number): void {
  const descriptor = sessionOf(context).descriptors.get(fd);
  const { memory } = context;
  memory.slice(result, SIZE.FDSTAT).fill(0);
  const at = result >>> 0;
  memory.view.setUint8(at, filetypeOf(nodeOf(descriptor)));
  memory.view.setUint16(at + 2, descriptor.flags, true);
  setU64(memory, at + 8, descriptor.rights);
  setU64(memory, at + 16, descriptor.inheriting);
}

function setFlags(context: HostContext, fd: number, flags: number): void {
  const descriptor = sessionOf(context).descriptors.get(fd, RIGHT.FD_FDSTAT_SET_FLAGS);
  descriptor.flags = checkFlags(flags);
}

/** `fdflags` of an argument. Fails with EINVAL for bits that preview 1 does not know. */
export function checkFlags(flags: number): number {
  if ((flags & ~FLAGS_KNOWN) !== 0) fail('INVAL');
  return flags;
}

/** Rights can only be dropped. */
function setRights(context: HostContext, fd: number, rights: bigint, inheriting: bigint): void {
  const descriptor = sessionOf(context).descriptors.get(fd);
  const grows = (asked: bigint, held: number): boolean => (BigInt.asUintN(64, asked) & ~BigInt(held)) !== 0n;
  if (grows(rights, descriptor.rights) || grows(inheriting, descriptor.inheriting)) fail('NOTCAPABLE');
  descriptor.rights = Number(rights);
  descriptor.inheriting = Number(inheriting);
}

/** `fd_filestat_get`, which writes records of this layout. */
export function defineFilestatGet(layout: FilestatLayout): HostFunction {
  return define('fd_filestat_get', 'ii', (context, fd, result) => {
    const descriptor = sessionOf(context).descriptors.get(fd, RIGHT.FD_FILESTAT_GET);
    writeFilestat(context.memory, result, nodeOf(descriptor), layout);
  });
}

function setSize(context: HostContext, fd: number, size: bigint): void {
  const { descriptors, pace } = sessionOf(context);
  const { node } = file(descriptors.get(fd, RIGHT.FD_FILESTAT_SET_SIZE));
  if (size < 0n) fail('INVAL'); // an off_t below zero
  node.resize(Number(size), pace);
}

function setDescriptorTimes(context: HostContext, fd: number, atime: bigint, mtime: bigint, flags: number): void {
  const descriptor = sessionOf(context).descriptors.get(fd, RIGHT.FD_FILESTAT_SET_TIMES);
  const node = nodeOf(descriptor);
  if (!node) fail('INVAL');
  setTimes(node, atime, mtime, flags);
}

/** Advice about files that are in memory anyway: checked and then ignored. */
function advise(context: HostContext, fd: number, offset: bigint, length: bigint, advice: number): void {
  const descriptor = sessionOf(context).descriptors.get(fd);
  if (!nodeOf(descriptor)) fail('SPIPE');
  if ((descriptor.rights & RIGHT.FD_ADVISE) === 0) fail('NOTCAPABLE');
  if (advice < 0 || advice > ADVICE_MAX || offset < 0n || length < 0n) fail('INVAL');
}

function allocate(context: HostContext, fd: number, offset: bigint, length: bigint): void {
  const { descriptors, pace } = sessionOf(context);
  const { node } = file(descriptors.get(fd, RIGHT.FD_ALLOCATE));
  if (offset < 0n || length <= 0n) fail('INVAL');
  const end = Number(offset + length);
  if (end > node.size) node.resize(end, pace);
}

/** Writes shared files back; all other contents live as long as the call. */
function sync(context: HostContext, fd: number, right: number): void {
  const descriptor = sessionOf(context).descriptors.get(fd);
  const node = nodeOf(descriptor);
  if (!node) fail('INVAL');
  if ((descriptor.rights & right) === 0) fail('NOTCAPABLE');
  if (node instanceof SharedFile) node.flush();
}

function getPrestat(context: HostContext, fd: number, result: number): void {
  const { length } = preopenName(context, fd);
  context.memory.slice(result, SIZE.PRESTAT).fill(0); // tag 0: a directory
  context.memory.setU32((result >>> 0) + 4, length);
}

function getPrestatName(context: HostContext, fd: number, path: number, length: number): void {
  const name = preopenName(context, fd);
  if (length >>> 0 < name.length) fail('NAMETOOLONG');
  context.memory.slice(path, name.length).set(name);
}

function preopenName(context: HostContext, fd: number): Uint8Array {
  const descriptor = sessionOf(context).descriptors.get(fd);
  return ('preopen' in descriptor ? descriptor.preopen : undefined) ?? fail('BADF');
}

function file(descriptor: Descriptor): FileDescriptor {
  if (descriptor.kind === 'directory') fail('ISDIR');
  if (descriptor.kind !== 'file') fail('INVAL');
  return descriptor;
}
