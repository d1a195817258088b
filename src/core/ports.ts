import type { Call, CallResult } from './call.ts';
import type { Limits } from './limits.ts';
import type { FunctionRef } from './names.ts';
import type { OutputStream } from './output-stream.ts';

/** Settings of one function; the versioned function document grows from this. */
export interface FunctionSettings {
  readonly limits?: Partial<Limits>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** An uploaded function as a store keeps it. */
export interface StoredFunction extends FunctionRef {
  /** SHA-256 of `wasm` in hexadecimal. */
  readonly version: string;
  /** The bytes as uploaded. */
  readonly wasm: Uint8Array;
  readonly settings: FunctionSettings;
}

/** Keeps uploaded functions. */
export interface FunctionStore {
  put(stored: StoredFunction): Promise<void>;
  get(ref: FunctionRef): Promise<StoredFunction | undefined>;
  list(): Promise<readonly FunctionRef[]>;
}

/** The global state tier: bytes per user and key. */
export interface GlobalState {
  /** Size in bytes, undefined when the key holds nothing. */
  size(user: string, key: string): Promise<number | undefined>;
  /** A copy of [offset, offset + length), shorter where the value ends; undefined when the key holds nothing. */
  read(user: string, key: string, offset: number, length: number): Promise<Uint8Array | undefined>;
  /** Replaces the value; `bytes` belongs to the store from here (values are large). Throws `STATE_LIMIT`. */
  write(user: string, key: string, bytes: Uint8Array): Promise<void>;
  /** Removes the value; true when there was one. */
  remove(user: string, key: string): Promise<boolean>;
}

/** A call as a client asks for it; the runtime gives it an id. */
export type CallRequest = Omit<Call, 'id'>;

/** A call on its way. */
export interface RunningCall {
  readonly id: number;
  /** Filled while the function runs. */
  readonly output: OutputStream;
  /** Never rejects: a call that cannot run ends with a failed result. */
  readonly result: Promise<CallResult>;
}

/** State of a call by id: what is known of it until its result expires. */
export type CallStatus =
  | { readonly state: 'running'; readonly call: Call }
  | { readonly state: 'done'; readonly call: Call; readonly result: CallResult };

/** What an upload answers. */
export interface UploadReceipt extends FunctionRef {
  readonly version: string;
  /** False when reset in place cannot be proved equal to a fresh instance; `reasons` says why. */
  readonly resettable: boolean;
  readonly reasons: readonly string[];
}

/** The runtime as adapters and the API see it. */
export interface Runtime {
  /** Checks, rewrites and compiles `wasm`, then keeps it as the newest version. Throws `MODULE_*`, `INVALID_NAME`. */
  upload(ref: FunctionRef, wasm: Uint8Array, settings?: FunctionSettings): Promise<UploadReceipt>;
  functions(): Promise<readonly FunctionRef[]>;
  /** Accepts a call. Rejects with `FUNCTION_NOT_FOUND`, `INVALID_NAME`, `QUEUE_FULL`, `SHUTTING_DOWN`. */
  start(request: CallRequest): Promise<RunningCall>;
  /** `start` and its result. */
  invoke(request: CallRequest): Promise<CallResult>;
  /** Ends a call that is queued or running with `CANCELLED`; false when it is not known or has ended. */
  cancel(id: number): boolean;
  /** What is known of a call of `user`; throws `CALL_NOT_FOUND`. May be asked any number of times. */
  status(id: number): CallStatus;
  readonly state: {
    get(user: string, key: string): Promise<Uint8Array | undefined>;
    /** Replaces the value in both tiers; `bytes` belongs to the runtime from here. Throws `STATE_LIMIT`. */
    set(user: string, key: string, bytes: Uint8Array): Promise<void>;
  };
  /** Facts about this host for people and tests. */
  info(): HostInfo;
  /** Stops taking calls, waits up to `graceMs` for those accepted, cancels the rest, ends the threads. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/** What a host is and how much of it is in use. */
export interface HostInfo {
  readonly host: string;
  readonly layer: 'native' | 'portable';
  /** Why the native layer is not in use, when it is not. */
  readonly layerReason?: string;
  readonly threads: number;
  readonly queued: number;
  readonly running: number;
  readonly budgets: Readonly<Record<'memoryBytes' | 'memories' | 'mappings', { used: number; limit: number }>>;
}
