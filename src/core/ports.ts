import type { Call, CallResult, CallState, Principal } from './call.ts';
import type { FunctionDocument, FunctionSettings, FunctionVersions, StoredFunction } from './function-document.ts';
import type { StateCondition, StateEntry, StateRange, StateStat, StateSum } from './global-state.ts';
import type { FunctionRef } from './names.ts';
import type { OutputStream } from './output-stream.ts';

/**
 * Keeps functions and their versions. Throws what {@link ObjectStore} throws, and `STORE_CORRUPT` for what is damaged.
 * A `version` is an id or digits of a code hash (see checkVersion), absent: the current one; `VERSION_NOT_FOUND` where
 * the function has no such version, `FUNCTION_NOT_FOUND` where there is no such function.
 */
export interface FunctionStore {
  /** Keeps a new version and makes it the current one. Nobody ever sees half of it. `wasm` stays the caller's. */
  put(ref: FunctionRef, wasm: Uint8Array, sha256: string, settings: FunctionSettings): Promise<FunctionDocument>;
  /** Id of the version that calls get; undefined when there is no such function. One cheap request. */
  current(ref: FunctionRef): Promise<string | undefined>;
  document(ref: FunctionRef, version?: string): Promise<FunctionDocument>;
  /** A version with its code, whose hash has been verified. */
  get(ref: FunctionRef, version?: string): Promise<StoredFunction>;
  versions(ref: FunctionRef): Promise<FunctionVersions>;
  /** Makes another version the current one; without `version` the one before the current one. */
  rollback(ref: FunctionRef, version?: string): Promise<FunctionDocument>;
  /** Removes one version. Throws `VERSION_IN_USE` for the current one. */
  removeVersion(ref: FunctionRef, version: string): Promise<void>;
  /** Removes a function with all its versions; false when there was none. */
  remove(ref: FunctionRef): Promise<boolean>;
  /** Removes all but the `keep` newest versions and the current one, and code that no version uses; answers their ids. */
  collect(ref: FunctionRef, keep: number): Promise<readonly string[]>;
  /** Functions that have a current version, sorted, of all users or of one. */
  list(user?: string): Promise<readonly FunctionRef[]>;
}

/** A shared file of a user. */
export interface FileEntry {
  readonly path: string;
  readonly sizeBytes: number;
  /** ISO 8601, UTC. */
  readonly modifiedAt: string;
}

/** A shared file as {@link FileStore.stat} finds it. */
export interface FileFacts extends FileEntry {
  /** Differs whenever the file has been written again. */
  readonly tag: string;
}

/**
 * Shared files by user and path. The user `shared` holds files that functions of all users may read. Paths as
 * checkFilePath answers them (`INVALID_NAME` otherwise). Throws what {@link ObjectStore} throws.
 */
export interface FileStore {
  put(user: string, path: string, bytes: Uint8Array): Promise<void>;
  get(user: string, path: string): Promise<Uint8Array | undefined>;
  /** What is known of a file without its bytes. One cheap request. */
  stat(user: string, path: string): Promise<FileFacts | undefined>;
  /** False when there was none. */
  remove(user: string, path: string): Promise<boolean>;
  list(user: string, prefix: string): Promise<readonly FileEntry[]>;
}

/** A token as its owner may see it: never the secret. */
export interface TokenInfo {
  /** The public part, which names the token in lists and logs. */
  readonly id: string;
  readonly user: string;
  readonly kind: Principal['kind'];
  /** What it is for, in its creator's words. */
  readonly note?: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly expiresAt?: string;
}

/** Bearer tokens. Only their hashes are kept. */
export interface TokenStore {
  /** A new token; `token` is shown this once. Throws `INVALID_NAME`. */
  create(wish: {
    readonly user: string;
    readonly kind: Principal['kind'];
    readonly note?: string;
    /** From now, in ms; absent: it does not expire. */
    readonly ttlMs?: number;
  }): Promise<{ readonly token: string; readonly info: TokenInfo }>;
  /** Whose token this is, undefined for none that is valid. Compares in constant time; a revoked one is refused at once
   * by this host and within the store's refresh time by others. */
  verify(token: string): Promise<Principal | undefined>;
  list(): Promise<readonly TokenInfo[]>;
  /** False when there is no such token. */
  revoke(id: string): Promise<boolean>;
  /** Whether any administrator's token is valid. */
  hasAdmin(): Promise<boolean>;
}

/** A call as a client asks for it; the runtime gives it an id. */
export type CallRequest = Omit<Call, 'id'>;

/** A call on its way. */
export interface RunningCall {
  readonly id: number;
  /** W3C trace context of the call itself. */
  readonly traceparent: string;
  /** Filled while the function runs. */
  readonly output: OutputStream;
  /** Never rejects: a call that cannot run ends with a failed result. */
  readonly result: Promise<CallResult>;
}

/** State of a call by id: what is known of it until its result expires. */
export type CallStatus =
  | {
      readonly state: 'queued' | 'running';
      readonly call: Call;
      readonly version: string;
      readonly submittedAt: number;
    }
  | {
      readonly state: 'done';
      readonly call: Call;
      readonly version: string;
      readonly result: CallResult;
      readonly outputBytes: number;
      /** False: the output was too large to be kept, only the rest of the result was. */
      readonly outputKept: boolean;
    };

/** Which calls to list. */
export interface CallFilter {
  readonly user?: string;
  readonly function?: string;
  readonly state?: CallState;
  /** At most so many, newest first. */
  readonly limit: number;
}

/** Makes settings from those of the version before, `{}` for a new function. */
export type SettingsChange = (before: FunctionSettings) => FunctionSettings;

/** Settings of a new version, or what makes them. */
export type UploadSettings = FunctionSettings | SettingsChange;

/** What an upload answers. */
export interface UploadReceipt extends FunctionDocument {
  /** False when reset in place cannot be proved equal to a fresh instance; `reasons` says why. */
  readonly resettable: boolean;
  readonly reasons: readonly string[];
}

/** Functions as adapters and the API see them. Errors as {@link FunctionStore}. */
export interface FunctionAdmin {
  list(user?: string): Promise<readonly FunctionRef[]>;
  document(ref: FunctionRef, version?: string): Promise<FunctionDocument>;
  versions(ref: FunctionRef): Promise<FunctionVersions>;
  code(ref: FunctionRef, version?: string): Promise<StoredFunction>;
  /**
   * A new version with the current code and changed settings: a JSON merge patch (RFC 7396) of {@link FunctionSettings},
   * unchecked. Throws `BAD_REQUEST` naming the field.
   */
  configure(ref: FunctionRef, patch: unknown): Promise<FunctionDocument>;
  rollback(ref: FunctionRef, version?: string): Promise<FunctionDocument>;
  removeVersion(ref: FunctionRef, version: string): Promise<void>;
  /** Removes a function; calls under way go on. Throws `FUNCTION_NOT_FOUND`. */
  remove(ref: FunctionRef): Promise<void>;
  /** Removes old versions, see FunctionStore.collect; `keep` defaults to the host's setting. */
  collect(ref: FunctionRef, keep?: number): Promise<readonly string[]>;
}

/**
 * State values as adapters and the API see them: what the global tier holds. Throws `INVALID_NAME` and what
 * {@link GlobalState} throws. What changes a value changes it in both tiers.
 */
export interface StateAdmin {
  /** Undefined when the key holds no value. Reads no bytes of it. */
  stat(user: string, key: string): Promise<StateStat | undefined>;
  /** A copy of [offset, offset + length), shorter where the value ends, and the version that it is of. */
  read(
    user: string,
    key: string,
    offset: number,
    length: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly stat: StateStat } | undefined>;
  /** A copy of the value. */
  get(user: string, key: string): Promise<Uint8Array | undefined>;
  /** Replaces the value; `bytes` belongs to the runtime from here, unless it throws `STATE_CONFLICT`. */
  set(user: string, key: string, bytes: Uint8Array, condition?: StateCondition): Promise<StateStat>;
  /**
   * Writes a range of a value that is there; what functions of this host have changed of it besides is not pushed by
   * that. `range` stays the caller's. Throws `STATE_NOT_FOUND`, `STATE_SIZE_MISMATCH`, `STATE_CONFLICT`.
   */
  setRange(user: string, key: string, range: StateRange, condition?: StateCondition): Promise<StateStat>;
  /** Removes the value; false when there was none. Throws `STATE_CONFLICT`. */
  remove(user: string, key: string, condition?: StateCondition): Promise<boolean>;
  list(user: string, prefix: string): Promise<readonly StateEntry[]>;
  /** {@link GlobalState.add}. */
  add(user: string, key: string, offset: number, delta: bigint, width: 4 | 8): Promise<StateSum>;
  /** {@link GlobalState.compareAndSet}. */
  compareAndSet(
    user: string,
    key: string,
    offset: number,
    expected: Uint8Array,
    replacement: Uint8Array,
  ): Promise<StateStat | undefined>;
  /** Has this host send what it has changed of a value. Throws `STATE_UNINITIALISED` when it does not hold the value. */
  push(user: string, key: string): Promise<void>;
  /** Has this host bring its value up to what the global tier holds. Throws `STATE_NOT_FOUND`, `STATE_SIZE_MISMATCH`. */
  pull(user: string, key: string): Promise<void>;
}

/** The runtime as adapters and the API see it. */
export interface Runtime {
  readonly functions: FunctionAdmin;
  readonly state: StateAdmin;
  readonly files: FileStore;
  readonly tokens: TokenStore;
  /**
   * Checks, rewrites and compiles `wasm`, then keeps it as the newest version, which calls get from here on. Without
   * `settings` it has those of the version before. Throws `MODULE_*`, `INVALID_NAME`, `BAD_REQUEST`, `STORE_*`.
   */
  upload(ref: FunctionRef, wasm: Uint8Array, settings?: UploadSettings): Promise<UploadReceipt>;
  /**
   * Accepts a call. Rejects with `FUNCTION_NOT_FOUND`, `VERSION_NOT_FOUND`, `INVALID_NAME`, `QUEUE_FULL`,
   * `CONCURRENCY_LIMIT`, `STORE_*`, `SHUTTING_DOWN`.
   */
  start(request: CallRequest): Promise<RunningCall>;
  /** `start` and its result. */
  invoke(request: CallRequest): Promise<CallResult>;
  /** Ends a call that is queued or running with `CANCELLED`; false when it is not known or has ended. */
  cancel(id: number): boolean;
  /** What is known of a call; throws `CALL_NOT_FOUND`. May be asked any number of times. */
  status(id: number): CallStatus;
  /**
   * Result of a call once it has ended; undefined when it is still under way after `waitMs`, or once `signal` says that
   * nobody waits any more. Throws `CALL_NOT_FOUND`.
   */
  wait(id: number, waitMs: number, signal?: AbortSignal): Promise<CallResult | undefined>;
  /** Calls this host knows: under way, and ended ones whose results are kept. */
  calls(filter: CallFilter): readonly CallStatus[];
  /** Forgets what is cached of functions: they are loaded from the store again. Calls under way go on (Faasm's flush). */
  flush(): Promise<void>;
  /** Facts about this host for people and tests. */
  info(): HostInfo;
  /** Resolves when the host can take calls; throws why not: `SHUTTING_DOWN`, `STORE_*`. */
  ready(): Promise<void>;
  /** The host's metrics in Prometheus' text format. */
  metrics(): string;
  /** For the metrics: a request was answered. `route` is its pattern, such as `/f/{user}/{function}`. */
  httpRequest(route: string, status: number, durationMs: number): void;
  /** Stops taking calls, waits up to `graceMs` for those accepted, cancels the rest, ends the threads. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/** What a host is and how much of it is in use. */
export interface HostInfo {
  readonly host: string;
  readonly layer: 'native' | 'portable';
  /** Why the native layer is not in use, when it is not. */
  readonly layerReason?: string;
  /** Name of the function store. */
  readonly store: string;
  readonly startedAt: number;
  readonly threads: number;
  readonly queued: number;
  readonly running: number;
  /** Memory of copies by which is found what functions change of their state without declaring it; in the budget, too. */
  readonly stateTwinBytes: number;
  readonly budgets: Readonly<Record<'memoryBytes' | 'memories' | 'mappings', { used: number; limit: number }>>;
}
