import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { ObjectStore } from '../../src/core/object-store.ts';
import type { FunctionStore } from '../../src/core/ports.ts';
import { folderObjectStore } from '../../src/stores/folder-object-store.ts';
import { s3ObjectStore } from '../../src/stores/s3-object-store.ts';

/** The user that all uploads belong to. */
export const USER = 'uploads';

/** An object store that another process can open, too. */
export interface StoreSpec {
  readonly folder?: string;
  readonly s3?: { readonly endpoint: string; readonly bucket: string };
  /** Size of some of the uploads, for stores that treat large ones otherwise. */
  readonly largeBytes?: number;
}

/** Opens the store that `spec` names. */
export function openSpec(spec: StoreSpec): ObjectStore {
  if (spec.s3 !== undefined) return s3ObjectStore({ ...spec.s3, pathStyle: true });
  if (spec.folder !== undefined) return folderObjectStore({ folder: spec.folder });
  throw new Error('The spec names no store');
}

/** An upload that the store has acknowledged. */
export interface Upload {
  readonly function: string;
  readonly version: string;
  readonly sha256: string;
}

/** Lets another process upload until it has `count` acknowledgements, kills it at once, and answers all it got. */
export async function uploadAndKill(spec: StoreSpec, count: number): Promise<readonly Upload[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'upload-loop.ts'), JSON.stringify(spec)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // jest's own, which tests may have changed.
    env: { ...process.env },
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
    if (output.split('\n').length > count) child.kill('SIGKILL');
  });
  await new Promise((done) => {
    child.on('close', done);
  });
  const lines = output.split('\n').slice(0, -1);
  if (lines.length < count) throw new Error(`The uploads ended after ${lines.length} of ${count}`);
  return lines.map((line) => {
    const [name = '', version = '', sha256 = ''] = line.split(' ');
    return { function: name, version, sha256 };
  });
}

/**
 * What is wrong with `store` after `uploads`: acknowledged versions that cannot be read, a current version that is older
 * than an acknowledged one, and anything that is there by half. Reads and verifies everything.
 */
export async function problemsAfter(store: FunctionStore, uploads: readonly Upload[]): Promise<readonly string[]> {
  const problems: string[] = [];
  const attempt = async (what: string, work: () => Promise<boolean>): Promise<void> => {
    const fine = await work().catch((error: unknown) => {
      problems.push(`${what}: ${String(error)}`);
      return true;
    });
    if (!fine) problems.push(what);
  };
  for (const { function: name, version, sha256 } of uploads) {
    const ref = { user: USER, function: name };
    await attempt(`${name} ${version}`, async () => (await store.get(ref, version)).document.sha256 === sha256);
    await attempt(`current of ${name}`, async () => ((await store.current(ref)) ?? '') >= version);
  }
  for (const ref of await store.list(USER)) {
    await attempt(`current code of ${ref.function}`, async () => (await store.get(ref)).wasm.length > 0);
    for (const { version } of (await store.versions(ref)).versions) {
      await attempt(`${ref.function} ${version}`, async () => (await store.get(ref, version)).wasm.length > 0);
    }
  }
  return problems;
}
