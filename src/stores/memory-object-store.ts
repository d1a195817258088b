import { forEachInSteps, sortedInSteps } from '../core/in-steps.ts';
import type { ObjectEntry, ObjectStore } from '../core/object-store.ts';
import { byKey, checkObjectKey } from './object-keys.ts';

interface MemoryObject {
  readonly bytes: Uint8Array;
  readonly modifiedAt: number;
  readonly tag: string;
}

/** Options of {@link memoryObjectStore}. */
export interface MemoryObjectStoreOptions {
  /** Clock for the times of writes, epoch ms. */
  readonly now?: () => number;
}

/** An object store that lives as long as the process. Keeps and hands out copies of the bytes. */
export function memoryObjectStore(options: MemoryObjectStoreOptions = {}): ObjectStore {
  const now = options.now ?? Date.now;
  const objects = new Map<string, MemoryObject>();
  let writes = 0;
  return {
    name: 'memory',
    async put(key, bytes) {
      writes += 1;
      // Not slice(): on a Buffer that is a view.
      objects.set(checkObjectKey(key), { bytes: new Uint8Array(bytes), modifiedAt: now(), tag: String(writes) });
    },
    async get(key) {
      const object = objects.get(checkObjectKey(key));
      return object === undefined ? undefined : new Uint8Array(object.bytes);
    },
    async stat(key) {
      const object = objects.get(checkObjectKey(key));
      if (object === undefined) return undefined;
      return { key, sizeBytes: object.bytes.length, modifiedAt: object.modifiedAt, tag: object.tag };
    },
    async list(prefix) {
      const entries: ObjectEntry[] = [];
      await forEachInSteps(objects, ([key, { bytes, modifiedAt }]) => {
        if (key.startsWith(prefix)) entries.push({ key, sizeBytes: bytes.length, modifiedAt });
      });
      return sortedInSteps(entries, byKey);
    },
    async remove(key) {
      return objects.delete(checkObjectKey(key));
    },
    async check() {},
    async close() {},
  };
}
