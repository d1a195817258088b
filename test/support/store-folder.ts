import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import type { ObjectStore } from '../../src/core/object-store.ts';
import { folderObjectStore } from '../../src/stores/folder-object-store.ts';

const made: string[] = [];

afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder that is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'faasm-store-'));
  made.push(folder);
  return folder;
}

/** An empty object store in a folder that does not exist yet. */
export async function openFolderStore(): Promise<ObjectStore> {
  return folderObjectStore({ folder: join(temporaryFolder(), 'new', 'store') });
}
