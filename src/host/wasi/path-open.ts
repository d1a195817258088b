import type { HostContext, HostFunction } from '../context.ts';
import { define } from './define.ts';
import type { DirectoryDescriptor } from './descriptor.ts';
import type { TreeNode } from './directory-node.ts';
import { fail } from './errno.ts';
import { checkFlags } from './fd-metadata.ts';
import { type Resolved, readPath, resolve } from './resolve.ts';
import { type Session, sessionOf } from './session.ts';
import { SharedDirectory } from './shared-directory.ts';
import { SharedFile } from './shared-file.ts';
import { DIRECTORY_RIGHTS, FILE_RIGHTS, FILETYPE, LOOKUP_SYMLINK_FOLLOW, OFLAG, RIGHT } from './types.ts';

/** `path_open`. */
export const PATH_OPEN_FUNCTIONS: readonly HostFunction[] = [define('path_open', 'iiiiillii', open, { waits: true })];

const OFLAGS_KNOWN = OFLAG.CREAT | OFLAG.DIRECTORY | OFLAG.EXCL | OFLAG.TRUNC;

function open(
  context: HostContext,
  fd: number,
  lookup: number,
  path: number,
  length: number,
  oflags: number,
  rights: bigint,
  inheriting: bigint,
  fdflags: number,
  result: number,
): void {
  const session = sessionOf(context);
  const directory = session.descriptors.directory(fd, RIGHT.PATH_OPEN);
  context.memory.check(result, 4);
  const flags = checkFlags(fdflags);
  const has = (flag: number): boolean => (oflags & flag) !== 0;
  if ((oflags & ~OFLAGS_KNOWN) !== 0 || (has(OFLAG.CREAT) && has(OFLAG.DIRECTORY))) fail('INVAL');
  session.descriptors.checkRoom();
  const name = readPath(context, path, length);
  const exclusive = has(OFLAG.CREAT) && has(OFLAG.EXCL);
  const follow = ((lookup & LOOKUP_SYMLINK_FOLLOW) !== 0 || name.endsWith('/')) && !exclusive;
  const whole = !exclusive && !has(OFLAG.TRUNC);
  const found = resolve(directory.node, name, follow, whole ? 'contents' : 'facts');
  if (found.node && exclusive) fail('EXIST');
  if (!found.node && !has(OFLAG.CREAT)) fail('NOENT');
  const asked = Number(BigInt.asUintN(32, rights));
  const node = found.node ? checkExisting(found.node, oflags, asked) : undefined;
  let held = granted(directory, node?.type ?? FILETYPE.REGULAR_FILE, asked);
  if (has(OFLAG.TRUNC) && (directory.rights & RIGHT.PATH_FILESTAT_SET_SIZE) === 0) fail('NOTCAPABLE');
  const opened = node instanceof SharedDirectory ? node.opened() : (node ?? create(session, directory, found));
  if (opened instanceof SharedFile) held &= opened.opening(has(OFLAG.TRUNC) || (asked & RIGHT.FD_WRITE) !== 0);
  if (has(OFLAG.TRUNC) && opened.type === FILETYPE.REGULAR_FILE) opened.resize(0, session.pace);
  const common = { flags, rights: held, inheriting: Number(BigInt.asUintN(32, inheriting)) & directory.inheriting };
  context.memory.setU32(
    result,
    session.descriptors.open(
      opened.type === FILETYPE.DIRECTORY
        ? { kind: 'directory', node: opened, ...common }
        : { kind: 'file', node: opened, position: 0, ...common },
    ),
  );
}

type Openable = Exclude<TreeNode, { type: typeof FILETYPE.SYMBOLIC_LINK }>;

/** Whether what exists can be opened as asked. Fails with ELOOP for a link not followed, ENOTDIR, EISDIR. */
function checkExisting(node: TreeNode, oflags: number, rights: number): Openable {
  if (node.type === FILETYPE.SYMBOLIC_LINK) return fail('LOOP');
  const asDirectory = (oflags & OFLAG.DIRECTORY) !== 0;
  const asFile = (oflags & (OFLAG.CREAT | OFLAG.TRUNC)) !== 0 || (rights & RIGHT.FD_WRITE) !== 0;
  if (node.type !== FILETYPE.DIRECTORY && asDirectory) fail('NOTDIR');
  if (node.type === FILETYPE.DIRECTORY && asFile) fail('ISDIR');
  return node;
}

/**
 * Rights of the new descriptor: what was asked for, less what means nothing for its type. Fails with ENOTCAPABLE when
 * the directory cannot pass one of them on.
 */
function granted(directory: DirectoryDescriptor, type: number, asked: number): number {
  const rights = asked & (type === FILETYPE.DIRECTORY ? DIRECTORY_RIGHTS : FILE_RIGHTS);
  if ((rights & ~directory.inheriting) !== 0) fail('NOTCAPABLE');
  return rights;
}

function create(session: Session, directory: DirectoryDescriptor, { parent, name, slash }: Resolved): Openable {
  if ((directory.rights & RIGHT.PATH_CREATE_FILE) === 0) fail('NOTCAPABLE');
  if (slash) fail('ISDIR');
  if (parent.links === 0) fail('NOENT'); // a directory that has been removed, still open
  if (parent instanceof SharedDirectory) return parent.create(name);
  const file = session.tree.file();
  parent.insert(name, file);
  return file;
}
