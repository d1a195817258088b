import { lstat, mkdir, open, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errno } from './folder-errors.ts';

/** Path of the folder `names` below `root`, once it is sure that no symbolic link leads elsewhere. Rejects with `ENOENT`, `ELOOP`. */
export async function enterFolder(root: string, names: readonly string[]): Promise<string> {
  const path = join(root, ...names);
  // The root itself may be a link: that is its owner's choice.
  const [realRoot, realPath] = await Promise.all([realpath(root), realpath(path)]);
  if (realPath !== join(realRoot, ...names)) throw linkError(path);
  return path;
}

/** Makes those of the folders `names` below `root` that are missing, and `root` too, for their owner only. Follows no symbolic link. */
export async function makeFolders(root: string, names: readonly string[]): Promise<string> {
  await makeRoot(root);
  let path = root;
  for (const name of names) {
    path = join(path, name);
    try {
      await mkdir(path, 0o700);
    } catch (error) {
      if (errno(error) !== 'EEXIST') throw error;
      const found = await lstat(path);
      if (found.isSymbolicLink()) throw linkError(path);
      if (!found.isDirectory()) throw error;
    }
  }
  return path;
}

/** Makes the changes in `root` and in each of the folders `names` below it survive a crash. */
export async function syncFolders(root: string, names: readonly string[]): Promise<void> {
  // All of them: another process may have made one and not have got to its fsync.
  await Promise.all([root, ...names.map((_, i) => join(root, ...names.slice(0, i + 1)))].map(syncFolder));
}

async function makeRoot(root: string): Promise<void> {
  const made = await makeMissing(root);
  if (made === undefined) return;
  for (let path = dirname(root); path.length >= dirname(made).length; path = dirname(path)) {
    // Folders above ours may be closed to us; making folders in them worked.
    await syncFolder(path).catch(() => undefined);
    if (path === dirname(path)) break;
  }
}

/**
 * Makes `path` and the folders above it that are missing, and answers the uppermost it made. Node's own recursive mkdir
 * never ends below a folder that can hold none, such as /proc.
 */
async function makeMissing(path: string): Promise<string | undefined> {
  if (await isFolder(path)) return undefined;
  const above = path === dirname(path) ? undefined : await makeMissing(dirname(path));
  try {
    await mkdir(path, 0o700);
  } catch (error) {
    // Another process may have been first.
    if (errno(error) !== 'EEXIST' || !(await isFolder(path))) throw error;
  }
  return above ?? path;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** Makes the changes in the folder `path` survive a crash. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function linkError(path: string): Error {
  return Object.assign(new Error(`ELOOP: ${path} is or lies behind a symbolic link`), { code: 'ELOOP' });
}
