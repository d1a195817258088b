import type { ErrorCode } from './errors.ts';
import type { Limits } from './limits.ts';
import type { FunctionRef } from './names.ts';

/** Tries of a call that failed for a reason worth another one. */
export interface Retries {
  /** Tries after the first, 0 to 10. */
  readonly max: number;
  /** Wait before the first further try in ms; doubles with each. Default 100. */
  readonly backoffMs?: number;
  /** Error codes that are tried again; default: those that the error table calls retryable. */
  readonly on?: readonly ErrorCode[];
}

/** What a function may do beyond computing. Everything else is refused. */
export interface Grants {
  /** State of its user; default `write`. */
  readonly state?: 'none' | 'read' | 'write';
  /** Shared files of its user and of the user `shared` (`faasm://`); default `write`. Private files need no grant. */
  readonly files?: 'none' | 'read' | 'write';
}

/** What can be set for a function. Absent: the host's defaults. */
export interface FunctionSettings {
  readonly limits?: Partial<Limits>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly retries?: Retries;
  readonly grants?: Grants;
}

/** Raise when readers of the format before cannot read the new one. */
export const DOCUMENT_FORMAT = 1;

/** One version of a function: everything that configures it, and the name of its code. Never changed once written. */
export interface FunctionDocument extends FunctionRef {
  readonly format: number;
  /** See core/version-id.ts: sorts by time. */
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** SHA-256 of the code in hexadecimal, and its size. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly settings: FunctionSettings;
}

/** The versions of a function, newest first. */
export interface FunctionVersions {
  /** The version that calls get. */
  readonly current: string;
  readonly versions: readonly FunctionDocument[];
}

/** A version with its code. */
export interface StoredFunction {
  readonly document: FunctionDocument;
  /** The bytes as uploaded, owned by the caller. */
  readonly wasm: Uint8Array;
}
