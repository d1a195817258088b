import { resolve } from 'node:path';
import { type ErrorCode, FaasmError, toFaasmError } from '../core/errors.ts';
import type { GlobalState } from '../core/global-state.ts';
import type { ObjectStore } from '../core/object-store.ts';
import { claimFolder } from './folder-claim.ts';
import { folderObjectStore } from './folder-object-store.ts';
import { mapLimited } from './map-limited.ts';
import {
  type KeptRecord,
  MemoryGlobalState,
  type MemoryGlobalStateOptions,
  type StateKeeper,
} from './memory-global-state.ts';
import { decodeRecord, encodeRecord, stateObject } from './state-file.ts';
import { isEmpty } from './state-record.ts';

const FILES_AT_A_TIME = 16;
const CODES: Partial<Record<ErrorCode, ErrorCode>> = {
  STORE_UNAVAILABLE: 'STATE_UNAVAILABLE',
  STORE_DENIED: 'STATE_DENIED',
  STORE_FULL: 'STATE_FULL',
};

/** Options of {@link folderGlobalState}. */
export interface FolderGlobalStateOptions extends MemoryGlobalStateOptions {
  /** Made when it is missing, for its owner only. One process uses it at a time. */
  readonly folder: string;
}

/**
 * The global state tier of one host, in its memory and in a folder: all of it is read at the start, and a change is
 * acknowledged once the file of its key survives a crash. Each change writes that file whole, so it is for values that are
 * small or seldom change. Locks end with the process. Throws `STATE_UNAVAILABLE`, also while another process of this machine
 * uses the folder, `STATE_DENIED`, `STATE_FULL`, `STATE_CORRUPT`.
 */
export async function folderGlobalState(options: FolderGlobalStateOptions): Promise<GlobalState> {
  const folder = resolve(options.folder);
  const objects = folderObjectStore({ folder });
  await asState(objects.check());
  const release = await claimFolder(folder);
  try {
    return new MemoryGlobalState(options, keeperOf(objects, release), await load(objects));
  } catch (error) {
    await release();
    throw error;
  }
}

async function load(objects: ObjectStore): Promise<readonly KeptRecord[]> {
  const entries = await asState(objects.list(''));
  return mapLimited(entries, FILES_AT_A_TIME, async ({ key }) =>
    decodeRecord(key, (await asState(objects.get(key))) ?? new Uint8Array()),
  );
}

function keeperOf(objects: ObjectStore, release: () => Promise<void>): StateKeeper {
  return {
    name: objects.name,
    async save(kept) {
      const name = stateObject(kept.user, kept.key);
      if (isEmpty(kept.record)) await asState(objects.remove(name));
      else await asState(objects.put(name, encodeRecord(kept)));
    },
    check: () => asState(objects.check()),
    close: release,
  };
}

/** `work` of the store, whose errors are those of state. */
async function asState<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, message } = toFaasmError(error);
    throw new FaasmError(CODES[code] ?? code, message, error);
  }
}
