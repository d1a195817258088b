import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errno, ifThere } from './folder-errors.ts';
import { enterFolder, makeFolders, syncFolders } from './folder-tree.ts';

/** Folder of files that are being written, in the root of a store. No key gives such a name. */
const TEMPORARY = '@tmp';
/** What has not been written to for so long belongs to a process that is gone. */
const LEFTOVER_AGE_MS = 3_600_000;
/** A folder that another process removes because it is empty is made again, so often. */
const ATTEMPTS = 20;

/**
 * Writes a file below `root` whole or not at all, and resolves once it survives a crash: temporary file, fsync, rename,
 * fsync of the folders. `names`: the folders, then the file; folders that are missing are made, `root` too. Rejects with
 * the error of the file system.
 */
export async function writeDurably(root: string, names: readonly string[], bytes: Uint8Array): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await writeOnce(root, names, bytes);
      return;
    } catch (error) {
      if (errno(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Makes the folder of temporary files below `root`, and shows that files can be written there. */
export async function checkWritable(root: string): Promise<void> {
  await rm(await writeTemporary(root, new Uint8Array(1)), { force: true });
}

/** Removes what crashed processes have left in `root`. Rejects with the error of the file system. */
export async function removeLeftovers(root: string, now: number): Promise<void> {
  const folder = await enterFolder(root, [TEMPORARY]);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const stats = await ifThere(stat(path));
    if (stats !== undefined && now - stats.mtimeMs > LEFTOVER_AGE_MS) await rm(path, { force: true });
  }
}

async function writeOnce(root: string, names: readonly string[], bytes: Uint8Array): Promise<void> {
  const folders = names.slice(0, -1);
  const temporary = await writeTemporary(root, bytes);
  try {
    await makeFolders(root, folders);
    await rename(temporary, join(root, ...names));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolders(root, folders);
}

/** Path of a new temporary file that holds `bytes` on the disk. */
async function writeTemporary(root: string, bytes: Uint8Array): Promise<string> {
  const path = join(await makeFolders(root, [TEMPORARY]), randomBytes(12).toString('hex'));
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
    await file.close();
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(path, { force: true }).catch(() => undefined);
    throw error;
  }
  return path;
}
