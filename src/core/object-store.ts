/** An object in an {@link ObjectStore}. */
export interface ObjectEntry {
  readonly key: string;
  readonly sizeBytes: number;
  /** Epoch ms of its last write, by the store's clock. */
  readonly modifiedAt: number;
}

/** An object as {@link ObjectStore.stat} finds it. */
export interface ObjectFacts extends ObjectEntry {
  /** Differs whenever the object has been written again. */
  readonly tag: string;
}

/**
 * Bytes under keys: what functions, their documents, shared files and tokens are kept in. Keys are parts joined by `/`;
 * each part holds letters, digits, `.`, `_`, `-` and `~`, is never `.` or `..`, and a key has at most 900 bytes
 * (`core/object-key.ts` makes such keys). No operation relies on conditional writes: of two writers of one key the last wins.
 *
 * Every method waits for the store, and throws `STORE_UNAVAILABLE` (gone, unreachable, bucket or folder missing),
 * `STORE_DENIED` (credentials, rights, read-only) or `STORE_FULL`.
 */
export interface ObjectStore {
  /** What people call it in errors: `folder /var/lib/faasm`, `s3://bucket/prefix`. */
  readonly name: string;
  /** Writes the whole object or nothing, and resolves once it survives a crash. `bytes` stays the caller's. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** The whole object, owned by the caller; undefined when there is none. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** What is known of an object without its bytes; undefined when there is none. One cheap request. */
  stat(key: string): Promise<ObjectFacts | undefined>;
  /** All objects whose keys begin with `prefix`, sorted by key in code unit order. */
  list(prefix: string): Promise<readonly ObjectEntry[]>;
  /** Removes the object; true when there may have been one (S3 does not say). */
  remove(key: string): Promise<boolean>;
  /** Resolves when the store can be read and written; throws why it cannot. */
  check(): Promise<void>;
  /** Gives connections back; nothing is used after it. */
  close(): Promise<void>;
}
