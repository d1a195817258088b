import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectEntry, ObjectFacts } from '../core/object-store.ts';
import { ifThere } from './folder-errors.ts';
import { fileNames, folderKey, folderNames } from './folder-paths.ts';
import { enterFolder, syncFolder } from './folder-tree.ts';
import { mapLimited } from './map-limited.ts';
import { isKeyPart, isObjectKeyPrefix } from './object-keys.ts';

/** A link is not followed, and a pipe does not make us wait for its other end. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Files of a folder that are looked at together: requests of others to the file system wait behind them. */
const FILES_AT_A_TIME = 32;

/** The object `key` below `root`, owned by the caller. Rejects with the error of the file system. */
export async function readObject(root: string, key: string): Promise<Uint8Array> {
  const names = fileNames(key);
  const folder = await enterFolder(root, names.slice(0, -1));
  const path = join(folder, names.at(-1) ?? '');
  const file = await open(path, READ);
  try {
    return await readWhole(file, path);
  } finally {
    await file.close();
  }
}

/** Facts about the object `key` below `root`. Rejects with the error of the file system. */
export async function objectFacts(root: string, key: string): Promise<ObjectFacts> {
  const names = fileNames(key);
  const folder = await enterFolder(root, names.slice(0, -1));
  const stats = await lstat(join(folder, names.at(-1) ?? ''), { bigint: true });
  if (!stats.isFile()) throw Object.assign(new Error(`EISDIR: ${key} is no regular file`), { code: 'EISDIR' });
  // Every write makes another file; its number may be used again, but not within the same nanosecond.
  const tag = `${stats.ino}-${stats.mtimeNs}-${stats.size}`;
  return { key, sizeBytes: Number(stats.size), modifiedAt: Math.round(Number(stats.mtimeNs) / 1e6), tag };
}

/** Removes the object `key` below `root`, and the folders that are empty then. Rejects with the error of the file system. */
export async function removeObject(root: string, key: string): Promise<void> {
  const names = fileNames(key);
  const folder = await enterFolder(root, names.slice(0, -1));
  await unlink(join(folder, names.at(-1) ?? ''));
  for (let depth = names.length - 1; depth >= 0; depth -= 1) {
    const path = join(root, ...names.slice(0, depth));
    const emptied =
      depth > 0 &&
      (await rmdir(path).then(
        () => true,
        () => false,
      ));
    // What has been removed with its folder is made durable in the folder above.
    if (!emptied && (await ifThere(syncFolder(path).then(() => true)))) return;
  }
}

/** Objects below `root` whose keys begin with `prefix`, in no order. Rejects with the error of the file system. */
export async function listObjects(root: string, prefix: string): Promise<ObjectEntry[]> {
  if (!isObjectKeyPrefix(prefix)) return [];
  const parts = prefix.split('/').slice(0, -1);
  const start = await ifThere(enterFolder(root, folderNames(parts)));
  if (start === undefined) return [];
  const found: ObjectEntry[] = [];
  const waiting = [{ path: start, before: parts.map((part) => `${part}/`).join('') }];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const { path, before } = folder;
    const children = (await ifThere(readdir(path, { withFileTypes: true }))) ?? [];
    await mapLimited(children, FILES_AT_A_TIME, async (child) => {
      const inside = child.isDirectory() ? folderKey(child.name) : undefined;
      if (inside !== undefined && mayHold(before + inside, prefix)) {
        waiting.push({ path: join(path, child.name), before: before + inside });
      }
      const key = before + child.name;
      if (!child.isFile() || !isKeyPart(child.name) || !key.startsWith(prefix)) return;
      const stats = await ifThere(lstat(join(path, child.name)));
      if (stats !== undefined) found.push({ key, sizeBytes: stats.size, modifiedAt: Math.round(stats.mtimeMs) });
    });
  }
  return found;
}

/** Whether keys that begin with `before` may begin with `prefix`. */
function mayHold(before: string, prefix: string): boolean {
  return before.startsWith(prefix) || prefix.startsWith(before);
}

async function readWhole(file: FileHandle, path: string): Promise<Uint8Array> {
  const stats = await file.stat();
  if (!stats.isFile()) throw Object.assign(new Error(`EISDIR: ${path} is no regular file`), { code: 'EISDIR' });
  const bytes = new Uint8Array(stats.size);
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, at);
    // Somebody has made the file shorter: writers of ours never do.
    if (bytesRead === 0) return bytes.slice(0, at);
    at += bytesRead;
  }
  return bytes;
}
