import { FaasmError } from '../core/errors.ts';
import type { FunctionDocument } from '../core/function-document.ts';
import type { FunctionRef } from '../core/names.ts';
import type { ObjectStore } from '../core/object-store.ts';
import type { CodeCache } from './code-cache.ts';
import { codeHash } from './code-hash.ts';
import { codeOfKey, functionKeys, mayHaveCode, versionOfKey } from './function-records.ts';
import { removeUnused } from './remove-unused.ts';

/** Reads the code of a version: from the cache, or from the store and its hash verified. Throws `STORE_*`; undefined: there is none. */
export async function readCode(
  objects: ObjectStore,
  cache: CodeCache | undefined,
  document: FunctionDocument,
): Promise<Uint8Array | undefined> {
  const { sha256 } = document;
  const cached = await cache?.get(sha256);
  if (cached !== undefined) return cached;
  const key = functionKeys(document).code(sha256);
  const wasm = await objects.get(key);
  if (wasm === undefined) return undefined;
  if (codeHash(wasm) !== sha256) {
    throw new FaasmError(
      'STORE_CORRUPT',
      `${key} in ${objects.name} is damaged (its hash is another one): upload the same code again, which repairs it.`,
    );
  }
  await cache?.put(sha256, wasm);
  return wasm;
}

/** Removes code of `ref` that no version has and that was written before `before`, in epoch ms. */
export async function removeUnusedCode(objects: ObjectStore, ref: FunctionRef, before: number): Promise<void> {
  const keys = functionKeys(ref);
  for (const { key, modifiedAt } of await objects.list(keys.all)) {
    const sha256 = codeOfKey(key);
    if (sha256 === undefined || modifiedAt >= before) continue;
    await removeUnused(objects, key, async () => {
      const versions = (await objects.list(keys.versions)).flatMap((entry) => versionOfKey(entry.key) ?? []);
      return versions.some((version) => mayHaveCode(version, sha256));
    });
  }
}
