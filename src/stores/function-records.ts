import { FaasmError } from '../core/errors.ts';
import { DOCUMENT_FORMAT, type FunctionDocument } from '../core/function-document.ts';
import { checkName, type FunctionRef } from '../core/names.ts';
import { isVersionId } from '../core/version-id.ts';
import { encodeRecord, readRecord } from './json-record.ts';

/** Raise when readers of the format before cannot read the new one. */
const POINTER_FORMAT = 1;
const ROOT = 'functions/';
const POINTER = 'current.json';
const POINTER_KEY = /^functions\/([^/]+)\/([^/]+)\/current\.json$/;
const VERSION_KEY = /\/versions\/([^/]+)\.json$/;
const CODE_KEY = /\/wasm\/([0-9a-f]{64})\.wasm$/;
const HASH = /^[0-9a-f]{64}$/;

/** Keys of what is kept of one function. */
export interface FunctionKeys {
  /** Begins all keys of the function. */
  readonly all: string;
  /** Begins the keys of its documents. */
  readonly versions: string;
  /** Says which version is the current one. */
  readonly pointer: string;
  document(version: string): string;
  code(sha256: string): string;
}

/** Keys of function `ref`. Throws `INVALID_NAME`. */
export function functionKeys(ref: FunctionRef): FunctionKeys {
  const all = `${ROOT}${checkName(ref.user, 'user')}/${checkName(ref.function, 'function')}/`;
  return {
    all,
    versions: `${all}versions/`,
    pointer: all + POINTER,
    document: (version) => `${all}versions/${version}.json`,
    code: (sha256) => `${all}wasm/${sha256}.wasm`,
  };
}

/** Begins the keys of all functions of `user`, or of all users. Throws `INVALID_NAME`. */
export function functionsPrefix(user?: string): string {
  return user === undefined ? ROOT : `${ROOT}${checkName(user, 'user')}/`;
}

/** The function whose pointer has this key. */
export function pointerRef(key: string): FunctionRef | undefined {
  const [, user, name] = POINTER_KEY.exec(key) ?? [];
  return user === undefined || name === undefined ? undefined : { user, function: name };
}

/** The version whose document has this key. */
export function versionOfKey(key: string): string | undefined {
  const id = VERSION_KEY.exec(key)?.[1];
  return id !== undefined && isVersionId(id) ? id : undefined;
}

/** The hash of the code that has this key. */
export function codeOfKey(key: string): string | undefined {
  return CODE_KEY.exec(key)?.[1];
}

/** Whether `version` may have the code with this hash: its id holds the first digits. */
export function mayHaveCode(version: string, sha256: string): boolean {
  return sha256.startsWith(version.slice(version.lastIndexOf('-') + 1));
}

/** The bytes of a pointer to `version`. */
export function encodePointer(version: string): Uint8Array {
  return encodeRecord({ format: POINTER_FORMAT, version });
}

/** The version that a pointer names. `where` names the object in errors. Throws `STORE_CORRUPT`. */
export function readPointer(bytes: Uint8Array, where: string): string {
  const { version } = readRecord(bytes, POINTER_FORMAT, where, UPLOAD);
  if (typeof version === 'string' && isVersionId(version)) return version;
  throw new FaasmError('STORE_CORRUPT', `${where} names no version: ${UPLOAD}.`);
}

/** The bytes of a document. */
export function encodeDocument(document: FunctionDocument): Uint8Array {
  return encodeRecord(document);
}

/** The document of `version` of `ref`. `where` names the object in errors. Throws `STORE_CORRUPT`. */
export function readDocument(bytes: Uint8Array, ref: FunctionRef, version: string, where: string): FunctionDocument {
  const record = readRecord(bytes, DOCUMENT_FORMAT, where, REMOVE);
  const { user, function: name, createdAt, sha256, sizeBytes, settings } = record;
  const named = user === ref.user && name === ref.function && record['version'] === version;
  const sound =
    typeof createdAt === 'string' && typeof sha256 === 'string' && HASH.test(sha256) && Number.isInteger(sizeBytes);
  if (named && sound && typeof settings === 'object' && settings !== null) return record as unknown as FunctionDocument;
  const reason = named ? 'lacks what every document has' : 'is the document of something else';
  throw new FaasmError('STORE_CORRUPT', `${where} ${reason}: ${REMOVE}.`);
}

const UPLOAD = 'upload the function again';
const REMOVE = 'remove this version, or upload the function again if it is the current one';
