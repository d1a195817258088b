import type { ErrorRecord } from './errors.ts';

/** The user whose files functions and tokens of all users may read. */
export const SHARED_USER = 'shared';

/** What a function asks of the shared files of its user. Paths as checkFilePath answers them; empty: all files. */
export type FileRequest =
  /** What there is. */
  | { readonly kind: 'find'; readonly path: string }
  /** The same, with the contents where it is a file. */
  | { readonly kind: 'read'; readonly path: string }
  /** The same, with the names where it is a directory. */
  | { readonly kind: 'list'; readonly path: string }
  /** Makes `bytes` the user's own file; they belong to whoever takes the request. */
  | { readonly kind: 'write'; readonly path: string; readonly bytes: Uint8Array }
  /** Removes the user's own file. */
  | { readonly kind: 'remove'; readonly path: string }
  /** Writes the user's own file, which has about so many bytes, under another path, then removes it. */
  | { readonly kind: 'move'; readonly path: string; readonly to: string; readonly sizeBytes: number };

/** A file that was found. */
export interface FoundFile {
  readonly kind: 'file';
  /** Whether it is the user's own, not one of {@link SHARED_USER} that everybody may read. */
  readonly own: boolean;
  readonly sizeBytes: number;
  /** Epoch ms. */
  readonly modifiedAt: number;
  /** Where they were asked for: contents in shared memory that nobody writes to. Kept until `hold` is given back. */
  readonly contents?: { readonly bytes: Uint8Array; readonly hold: number };
}

/** An entry of a directory. */
export interface FileName {
  readonly name: string;
  readonly directory: boolean;
}

/** What a path names for a user: own files hide those of {@link SHARED_USER}, and directories are where files are. */
export type Found =
  | FoundFile
  | { readonly kind: 'directory'; readonly names?: readonly FileName[] }
  | { readonly kind: 'missing' };

/** Requests that change something answer what is there then. */
export type FileAnswer = { readonly found: Found } | { readonly error: ErrorRecord };
