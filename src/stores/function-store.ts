import { FaasmError } from '../core/errors.ts';
import { DOCUMENT_FORMAT, type FunctionDocument, type StoredFunction } from '../core/function-document.ts';
import { type FunctionRef, refName } from '../core/names.ts';
import type { ObjectStore } from '../core/object-store.ts';
import type { FunctionStore } from '../core/ports.ts';
import { checkVersion, isVersionId, versionId } from '../core/version-id.ts';
import type { CodeCache } from './code-cache.ts';
import { readCode, removeUnusedCode } from './function-code.ts';
import {
  encodeDocument,
  encodePointer,
  functionKeys,
  functionsPrefix,
  mayHaveCode,
  pointerRef,
  readDocument,
  readPointer,
  versionOfKey,
} from './function-records.ts';
import { mapLimited } from './map-limited.ts';
import { removeUnused } from './remove-unused.ts';

/** Requests to the object store at a time for one listing. */
const PARALLEL_READS = 8;
/** What was uploaded less than that ago may belong to an upload that is still under way on some host. */
const UPLOAD_MAX_MS = 3_600_000;
/** A version that disappears between two reads is looked for again, so often. */
const ATTEMPTS = 5;

/** Options of {@link functionStore}. */
export interface FunctionStoreOptions {
  readonly objects: ObjectStore;
  /** For stores that are slower than the disk of this host. */
  readonly cache?: CodeCache;
  /** Clock of version ids, epoch ms. */
  readonly now?: () => number;
}

/**
 * Functions on any object store, `functions/<user>/<function>/`:
 *
 * - `wasm/<sha256>.wasm`: code, named by its hash, so that hosts that write the same one do not disturb each other;
 * - `versions/<version>.json`: documents, each written once;
 * - `current.json`: which version calls get. Written last: an upload that breaks off before leaves at most a version
 *   that is not current, and of two uploads at the same time both are kept and the last pointer wins.
 */
export function functionStore(options: FunctionStoreOptions): FunctionStore {
  const { objects, cache } = options;
  const now = options.now ?? Date.now;
  let lastVersionAt = 0;

  const where = (key: string): string => `${key} in ${objects.name}`;

  async function pointer(ref: FunctionRef): Promise<string | undefined> {
    const key = functionKeys(ref).pointer;
    const bytes = await objects.get(key);
    return bytes === undefined ? undefined : readPointer(bytes, where(key));
  }

  /** The pointer of a function that must exist. */
  async function current(ref: FunctionRef): Promise<string> {
    const version = await pointer(ref);
    if (version !== undefined) return version;
    throw new FaasmError('FUNCTION_NOT_FOUND', `There is no function ${refName(ref)}: upload it, or check its name.`);
  }

  async function read(ref: FunctionRef, version: string): Promise<FunctionDocument | undefined> {
    const key = functionKeys(ref).document(version);
    const bytes = await objects.get(key);
    return bytes === undefined ? undefined : readDocument(bytes, ref, version, where(key));
  }

  /** Ids of all versions, newest first. */
  async function versionIds(ref: FunctionRef): Promise<readonly string[]> {
    const entries = await objects.list(functionKeys(ref).versions);
    return entries.flatMap(({ key }) => versionOfKey(key) ?? []).reverse();
  }

  /** The newest version that an id or the digits of a hash name. */
  async function select(ref: FunctionRef, selector: string): Promise<FunctionDocument> {
    checkVersion(selector);
    await current(ref);
    const candidates = isVersionId(selector)
      ? [selector]
      : (await versionIds(ref)).filter((id) => mayHaveCode(id, selector));
    for (const id of candidates) {
      const document = await read(ref, id);
      if (document !== undefined && (id === selector || document.sha256.startsWith(selector))) return document;
    }
    throw new FaasmError('VERSION_NOT_FOUND', `${refName(ref)} has no version ${selector}: list its versions.`);
  }

  async function currentDocument(ref: FunctionRef): Promise<FunctionDocument> {
    let version = await current(ref);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const found = await read(ref, version);
      if (found !== undefined) return found;
      const latest = await current(ref);
      if (latest === version) break;
      version = latest;
    }
    const key = functionKeys(ref).document(version);
    throw new FaasmError('STORE_CORRUPT', `${where(key)} is missing, the current version: upload the function again.`);
  }

  const document = (ref: FunctionRef, version?: string): Promise<FunctionDocument> =>
    version === undefined ? currentDocument(ref) : select(ref, version);

  async function get(ref: FunctionRef, version?: string): Promise<StoredFunction> {
    const found = await document(ref, version);
    const wasm = await readCode(objects, cache, found);
    if (wasm !== undefined) return { document: found, wasm };
    // Says that there is no such function or version when it has been removed meanwhile.
    await select(ref, found.version);
    const key = functionKeys(ref).code(found.sha256);
    throw new FaasmError('STORE_CORRUPT', `${where(key)} is missing: upload the same code again, which repairs it.`);
  }

  /** Code is written also when it is there: uploading again repairs what is damaged. */
  async function writeVersion(wasm: Uint8Array, written: FunctionDocument): Promise<void> {
    const keys = functionKeys(written);
    const code = keys.code(written.sha256);
    await objects.put(code, wasm);
    await objects.put(keys.document(written.version), encodeDocument(written));
    // A host that removes unused code may not have seen the document.
    if ((await objects.list(code)).length === 0) await objects.put(code, wasm);
  }

  /** Makes a version that has been written the current one. */
  async function publish(wasm: Uint8Array, written: FunctionDocument): Promise<void> {
    const keys = functionKeys(written);
    await objects.put(keys.pointer, encodePointer(written.version));
    if ((await objects.list(keys.document(written.version))).length > 0) return;
    // A host that removes versions did not see that this one was to become current.
    await writeVersion(wasm, written);
    await objects.put(keys.pointer, encodePointer(written.version));
  }

  /** Ids grow within this process also where the clock stands still. */
  async function newVersion(ref: FunctionRef, sha256: string): Promise<string> {
    const [newest] = await versionIds(ref);
    lastVersionAt = Math.max(now(), lastVersionAt + 1);
    return versionId(sha256, lastVersionAt, newest);
  }

  /** False for the current version. */
  function removeUnlessCurrent(ref: FunctionRef, version: string): Promise<boolean> {
    const isCurrent = async (): Promise<boolean> => version === (await pointer(ref));
    return removeUnused(objects, functionKeys(ref).document(version), isCurrent);
  }

  return {
    current: pointer,
    document,
    get,

    async put(ref, wasm, sha256, settings) {
      const version = await newVersion(ref, sha256);
      const { user, function: name } = ref;
      const created = {
        format: DOCUMENT_FORMAT,
        user,
        function: name,
        version,
        createdAt: new Date(now()).toISOString(),
      };
      const written = { ...created, sha256, sizeBytes: wasm.length, settings: structuredClone(settings) };
      await writeVersion(wasm, written);
      await publish(wasm, written);
      await cache?.put(sha256, wasm);
      return written;
    },

    async versions(ref) {
      const version = await current(ref);
      const documents = await mapLimited(await versionIds(ref), PARALLEL_READS, (id) => read(ref, id));
      return { current: version, versions: documents.filter((found) => found !== undefined) };
    },

    async rollback(ref, version) {
      const from = await current(ref);
      const target = version ?? (await versionIds(ref)).find((id) => id < from);
      if (target === undefined) {
        throw new FaasmError('VERSION_NOT_FOUND', `${refName(ref)} has no version before ${from}: upload one.`);
      }
      // With its code: what cannot be called does not become current.
      const chosen = await get(ref, target);
      await publish(chosen.wasm, chosen.document);
      return chosen.document;
    },

    async removeVersion(ref, version) {
      await current(ref);
      const known = (await versionIds(ref)).includes(version);
      // By its id also a version whose document is damaged.
      const id = known ? version : (await select(ref, version)).version;
      if (await removeUnlessCurrent(ref, id)) return;
      const advice = 'roll back to another one first, or remove the function';
      throw new FaasmError('VERSION_IN_USE', `${id} is the version of ${refName(ref)} that calls get: ${advice}.`);
    },

    async remove(ref) {
      const { pointer: key } = functionKeys(ref);
      const versions = await versionIds(ref);
      const existed = (await objects.list(key)).length > 0;
      await objects.remove(key);
      // Somebody may upload the function at this moment: what is current then stays.
      for (const id of versions) await removeUnlessCurrent(ref, id);
      await removeUnusedCode(objects, ref, Number.POSITIVE_INFINITY);
      return existed;
    },

    async collect(ref, keep) {
      const removed: string[] = [];
      await current(ref);
      for (const id of (await versionIds(ref)).slice(keep)) {
        if (await removeUnlessCurrent(ref, id)) removed.push(id);
      }
      await removeUnusedCode(objects, ref, now() - UPLOAD_MAX_MS);
      return removed;
    },

    async list(user) {
      const entries = await objects.list(functionsPrefix(user));
      return entries.flatMap(({ key }) => pointerRef(key) ?? []).sort(byName);
    },
  };
}

function byName(a: FunctionRef, b: FunctionRef): number {
  return refName(a) < refName(b) ? -1 : 1;
}
