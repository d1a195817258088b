import { readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FaasmError } from '../core/errors.ts';
import { sortedInSteps } from '../core/in-steps.ts';
import type { ObjectStore } from '../core/object-store.ts';
import { checkWritable, removeLeftovers, writeDurably } from './durable-file.ts';
import { folderError, ifThere } from './folder-errors.ts';
import { listObjects, objectFacts, readObject, removeObject } from './folder-objects.ts';
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
 * Objects as files in a folder; `folder-paths.ts` says where. A folder that was never there is an empty store. One that
 * is removed while the process runs is `STORE_UNAVAILABLE` until somebody brings it back: what was loaded from it goes on,
 * and nothing is written beside the disk that it was on. Symbolic links in it are not followed.
 */
export function folderObjectStore(options: FolderObjectStoreOptions): ObjectStore {
  const root = resolve(options.folder);
  const now = options.now ?? Date.now;
  let cleanAt = Number.NEGATIVE_INFINITY;
  let seen = false;

  /** Throws when the folder was there and is gone. */
  async function checkThere(): Promise<void> {
    if ((await attempt(ifThere(stat(root)))) !== undefined) seen = true;
    else if (seen) throw gone(root);
  }

  /** `nothing` was found: throws when that is because the folder itself is gone. */
  async function missed<T>(nothing: T): Promise<T> {
    await checkThere();
    return nothing;
  }

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
      await checkThere();
      await attempt(writeDurably(root, names, bytes));
      seen = true;
      await clean();
    },
    async get(key) {
      return (await attempt(ifThere(readObject(root, checkObjectKey(key))))) ?? missed(undefined);
    },
    async stat(key) {
      return (await attempt(ifThere(objectFacts(root, checkObjectKey(key))))) ?? missed(undefined);
    },
    async list(prefix) {
      const entries = await attempt(listObjects(root, prefix));
      return entries.length === 0 ? missed([]) : sortedInSteps(entries, byKey);
    },
    async remove(key) {
      const removed = ifThere(removeObject(root, checkObjectKey(key)).then(() => true));
      return (await attempt(removed)) ?? missed(false);
    },
    async check() {
      await checkThere();
      await attempt(checkWritable(root));
      seen = true;
      await attempt(readdir(root));
      await clean();
    },
    async close() {},
  };
}

function gone(root: string): FaasmError {
  return new FaasmError(
    'STORE_UNAVAILABLE',
    `The folder ${root} of the store is gone: bring it back, or begin anew with mkdir. What is loaded runs on.`,
  );
}
