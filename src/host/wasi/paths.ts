import type { HostContext, HostFunction } from '../context.ts';
import { define } from './define.ts';
import type { TreeNode } from './directory-node.ts';
import { fail } from './errno.ts';
import { setTimes, writeFilestat } from './filestat.ts';
import { type Resolved, readPath, resolve } from './resolve.ts';
import { sessionOf } from './session.ts';
import { SharedDirectory } from './shared-directory.ts';
import { DEVICE, FILESTAT, FILETYPE, type FilestatLayout, LOOKUP_SYMLINK_FOLLOW, RIGHT } from './types.ts';

/** Paths may lead to shared files. */
const WAITS = { waits: true } as const;

/** Making, removing and describing what paths name, module `wasi_snapshot_preview1`. Renaming is in rename.ts. */
export const PATH_FUNCTIONS: readonly HostFunction[] = [
  define('path_create_directory', 'iii', createDirectory, WAITS),
  define('path_remove_directory', 'iii', removeDirectory, WAITS),
  define('path_unlink_file', 'iii', unlinkFile, WAITS),
  definePathFilestatGet(FILESTAT),
  define('path_filestat_set_times', 'iiiilli', setPathTimes, WAITS),
  define('path_link', 'iiiiiii', link, WAITS),
  define('path_symlink', 'iiiii', symlink, WAITS),
  define('path_readlink', 'iiiiii', readlink, WAITS),
];

const encoder = new TextEncoder();

/** Resolves a path argument relative to `fd`, which needs `right`. */
export function locate(
  context: HostContext,
  fd: number,
  right: number,
  path: number,
  length: number,
  follow = false,
): Resolved {
  const { node } = sessionOf(context).descriptors.directory(fd, right);
  return resolve(node, readPath(context, path, length), follow);
}

/** As {@link locate} for what has to exist; a slash at the end follows a link. Fails with ENOENT. */
function existing(
  context: HostContext,
  fd: number,
  right: number,
  lookup: number,
  path: number,
  length: number,
): TreeNode {
  const { node } = sessionOf(context).descriptors.directory(fd, right);
  const name = readPath(context, path, length);
  return resolve(node, name, (lookup & LOOKUP_SYMLINK_FOLLOW) !== 0 || name.endsWith('/')).node ?? fail('NOENT');
}

/**
 * Adds `node` where `found` leads. Fails with EEXIST, with EPERM among shared files, and with ENOENT in a
 * directory that has been removed.
 */
function insert(found: Resolved, make: () => TreeNode): void {
  if (found.node) fail('EXIST');
  if (found.parent.device === DEVICE.SHARED) fail('PERM'); // has neither links nor anything of another tree
  if (found.parent.links === 0) fail('NOENT');
  found.parent.insert(found.name, make());
}

function createDirectory(context: HostContext, fd: number, path: number, length: number): void {
  const { node } = sessionOf(context).descriptors.directory(fd, RIGHT.PATH_CREATE_DIRECTORY);
  // A slash at the end changes nothing: whatever is there already, EEXIST says so.
  const found = resolve(node, readPath(context, path, length).replace(/(?<=[^/])\/+$/, ''), false);
  if (!found.node && found.parent instanceof SharedDirectory) found.parent.makeDirectory(found.name);
  else insert(found, () => sessionOf(context).tree.directory());
}

function removeDirectory(context: HostContext, fd: number, path: number, length: number): void {
  const { parent, name, node } = locate(context, fd, RIGHT.PATH_REMOVE_DIRECTORY, path, length);
  if (!node) fail('NOENT');
  if (node.type !== FILETYPE.DIRECTORY) fail('NOTDIR');
  if (name === '.') fail('INVAL');
  if (node.device !== parent.device && name !== '..') fail('BUSY'); // where another tree begins
  if (!node.empty || name === '..') fail('NOTEMPTY');
  parent.remove(name);
}

function unlinkFile(context: HostContext, fd: number, path: number, length: number): void {
  const { parent, name, node } = locate(context, fd, RIGHT.PATH_UNLINK_FILE, path, length);
  if (!node) fail('NOENT');
  if (node.type === FILETYPE.DIRECTORY) fail('ISDIR');
  parent.remove(name);
}

/** `path_filestat_get`, which writes records of this layout. */
export function definePathFilestatGet(layout: FilestatLayout): HostFunction {
  const body = (
    context: HostContext,
    fd: number,
    lookup: number,
    path: number,
    length: number,
    result: number,
  ): void => {
    const node = existing(context, fd, RIGHT.PATH_FILESTAT_GET, lookup, path, length);
    writeFilestat(context.memory, result, node, layout);
  };
  return define('path_filestat_get', 'iiiii', body, WAITS);
}

function setPathTimes(
  context: HostContext,
  fd: number,
  lookup: number,
  path: number,
  length: number,
  atime: bigint,
  mtime: bigint,
  flags: number,
): void {
  const node = existing(context, fd, RIGHT.PATH_FILESTAT_SET_TIMES, lookup, path, length);
  setTimes(node, atime, mtime, flags);
}

/** A hard link. Following a link at the end of the old path is refused with EINVAL, as other hosts do. */
function link(
  context: HostContext,
  oldFd: number,
  lookup: number,
  oldPath: number,
  oldLength: number,
  newFd: number,
  newPath: number,
  newLength: number,
): void {
  if ((lookup & LOOKUP_SYMLINK_FOLLOW) !== 0) fail('INVAL');
  const { node } = locate(context, oldFd, RIGHT.PATH_LINK_SOURCE, oldPath, oldLength);
  const target = locate(context, newFd, RIGHT.PATH_LINK_TARGET, newPath, newLength);
  if (!node) fail('NOENT');
  if (node.type === FILETYPE.DIRECTORY) fail('PERM');
  if (target.slash && !target.node) fail('NOENT');
  if (node.device !== target.parent.device) fail('XDEV');
  insert(target, () => node);
}

/** A symbolic link. Absolute targets are refused: they would lead out of the tree (ENOTCAPABLE). */
function symlink(
  context: HostContext,
  target: number,
  targetLength: number,
  fd: number,
  path: number,
  length: number,
): void {
  const text = readPath(context, target, targetLength);
  if (text.startsWith('/')) fail('NOTCAPABLE');
  const found = locate(context, fd, RIGHT.PATH_SYMLINK, path, length);
  if (found.slash && !found.node) fail('NOENT');
  insert(found, () => sessionOf(context).tree.symlink(text));
}

/** Writes as much of the target as the buffer takes, without a NUL, as POSIX does. */
function readlink(
  context: HostContext,
  fd: number,
  path: number,
  length: number,
  buffer: number,
  size: number,
  result: number,
): void {
  const node = existing(context, fd, RIGHT.PATH_READLINK, 0, path, length);
  if (node.type !== FILETYPE.SYMBOLIC_LINK) fail('INVAL');
  context.memory.check(result, 4);
  const text = encoder.encode(node.target).subarray(0, size >>> 0);
  context.memory.slice(buffer, text.length).set(text);
  context.memory.setU32(result, text.length);
}
