import type { HostContext, HostFunction } from '../context.ts';
import { define } from './define.ts';
import type { DirectoryNode, TreeNode } from './directory-node.ts';
import { fail } from './errno.ts';
import { locate } from './paths.ts';
import { SharedDirectory } from './shared-directory.ts';
import { FILETYPE, RIGHT } from './types.ts';

/** `path_rename`. */
export const RENAME_FUNCTIONS: readonly HostFunction[] = [define('path_rename', 'iiiiii', rename, { waits: true })];

/** Renames as POSIX does: replaces a file by a file and an empty directory by a directory; one node's names stay. */
function rename(
  context: HostContext,
  oldFd: number,
  oldPath: number,
  oldLength: number,
  newFd: number,
  newPath: number,
  newLength: number,
): void {
  const source = locate(context, oldFd, RIGHT.PATH_RENAME_SOURCE, oldPath, oldLength);
  const target = locate(context, newFd, RIGHT.PATH_RENAME_TARGET, newPath, newLength);
  const { node } = source;
  if (!node) fail('NOENT');
  if (isDots(source.name) || isDots(target.name)) fail('BUSY');
  for (const { node: at, parent } of [source, target]) {
    if (at !== undefined && at.device !== parent.device) fail('BUSY'); // where another tree begins
  }
  if (source.parent.device !== target.parent.device) fail('XDEV');
  if (target.parent.links === 0) fail('NOENT');
  const moving = node.type === FILETYPE.DIRECTORY;
  if (moving && contains(node, target.parent)) fail('INVAL');
  if (!moving && target.slash) fail('NOTDIR');
  if (target.node === node) return;
  if (target.parent instanceof SharedDirectory) return target.parent.take(node, target.name, target.node);
  if (target.node) checkReplaceable(target.node, moving);
  // Held open meanwhile, so that taking the old name away does not free it.
  node.opens += 1;
  source.parent.remove(source.name, true);
  if (target.node) target.parent.remove(target.name);
  target.parent.insert(target.name, node, true);
  node.opens -= 1;
}

function isDots(name: string): boolean {
  return name === '.' || name === '..';
}

function checkReplaceable(node: TreeNode, byDirectory: boolean): void {
  if (node.type !== FILETYPE.DIRECTORY) {
    if (byDirectory) fail('NOTDIR');
    return;
  }
  if (!byDirectory) fail('ISDIR');
  if (!node.empty) fail('NOTEMPTY');
}

/** Whether `directory` is `node` or below it. Depth is bounded by the number of nodes. */
function contains(node: DirectoryNode, directory: DirectoryNode): boolean {
  for (let at = directory; ; at = at.parent) {
    if (at === node) return true;
    if (at === at.parent) return false;
  }
}
