import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ObjectStore } from '../core/object-store.ts';
import { checkWritable, removeLeftovers, writeDurably } from './durable-file.ts';
import { folderError, ifThere } from './folder-errors.ts';
import { listObjects, readObject, removeObject } from './folder-objects.ts';
import { fileNames } from './folder-paths.ts';
import { byKey, checkObjectKey } from './object-keys.ts';

/** How often a process looks for what crashed ones have left. */
const CLEANING_INTERVAL_MS = 3_600_000;

/** Options of {@link folderObjectStore}. */
export interface FolderObjectStoreOptions {
  /** Made when it is missing, for its owner only. Several processes may use it at the same time. */
  readonly folder: string;
  /** Clock that decides which files are leftovers of crashed processes, epoch ms. */
  readonly now?: () => number;
}

/**
 * Objects as files in a folder; `folder-paths.ts` says where. A folder that is missing, or is removed while the process
 * runs, is an empty store: reads find nothing, and the next write makes it again. Symbolic links in it are not followed.
 */
export function folderObjectStore(options: FolderObjectStoreOptions): ObjectStore {
  const root = resolve(options.folder);
  const now = options.now ?? Date.now;
  let cleanAt = Number.NEGATIVE_INFINITY;

  async function attempt<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw folderError(root, error);
    }
  }

  async function clean(): Promise<void> {
    if (now() < cleanAt) return;
    cleanAt = now() + CLEANING_INTERVAL_MS;
    // Leftovers do no harm; another process may be removing the same ones.
    await removeLeftovers(root, now()).catch(() => undefined);
  }

  return {
    name: `folder ${root}`,
    async put(key, bytes) {
      const names = fileNames(checkObjectKey(key));
      await attempt(writeDurably(root, names, bytes));
      await clean();
    },
    async get(key) {
      return attempt(ifThere(readObject(root, checkObjectKey(key))));
    },
    async list(prefix) {
      return (await attempt(listObjects(root, prefix))).sort(byKey);
    },
    async remove(key) {
      const removed = ifThere(removeObject(root, checkObjectKey(key)).then(() => true));
      return (await attempt(removed)) ?? false;
    },
    async check() {
      await attempt(checkWritable(root));
      await attempt(readdir(root));
      await clean();
    },
    async close() {},
  };
}
