import { forEachInSteps, sortedInSteps } from '../core/in-steps.ts';
import { checkName } from '../core/names.ts';
import { checkFilePath, keyPart, partText } from '../core/object-key.ts';
import type { ObjectStore } from '../core/object-store.ts';
import type { FileEntry, FileStore } from '../core/ports.ts';

/** Options of {@link fileStore}. */
export interface FileStoreOptions {
  readonly objects: ObjectStore;
}

/** Shared files on any object store: `files/<user>/<path>`, each part of the path as `keyPart` writes it. */
export function fileStore(options: FileStoreOptions): FileStore {
  const { objects } = options;
  return {
    async put(user, path, bytes) {
      await objects.put(fileKey(user, path), bytes);
    },
    async get(user, path) {
      return objects.get(fileKey(user, path));
    },
    async stat(user, path) {
      const facts = await objects.stat(fileKey(user, path));
      if (facts === undefined) return undefined;
      const { sizeBytes, modifiedAt, tag } = facts;
      return { path, sizeBytes, modifiedAt: new Date(modifiedAt).toISOString(), tag };
    },
    async remove(user, path) {
      const key = fileKey(user, path);
      // Object stores may not say whether there was one.
      return (await objects.stat(key)) !== undefined && (await objects.remove(key));
    },
    async list(user, prefix) {
      // A last part that is not whole may be written otherwise than the whole one: only whole ones can be asked for.
      const wanted = prefix.replace(/\/+/g, '/').replace(/^\//, '');
      const folders = wanted.split('/').slice(0, -1);
      const own = userPrefix(user);
      const entries = await objects.list(own + folders.map((part) => `${keyPart(part)}/`).join(''));
      const files: FileEntry[] = [];
      await forEachInSteps(entries, ({ key, sizeBytes, modifiedAt }) => {
        const path = key.slice(own.length).split('/').map(partText).join('/');
        // Objects of others under our prefix are no files.
        if (!path.startsWith(wanted) || own + pathKey(path) !== key) return;
        files.push({ path, sizeBytes, modifiedAt: new Date(modifiedAt).toISOString() });
      });
      return sortedInSteps(files, (a, b) => (a.path < b.path ? -1 : 1));
    },
  };
}

function fileKey(user: string, path: string): string {
  return userPrefix(user) + pathKey(checkFilePath(path));
}

function userPrefix(user: string): string {
  return `files/${keyPart(checkName(user, 'user'))}/`;
}

function pathKey(path: string): string {
  return path.split('/').map(keyPart).join('/');
}
