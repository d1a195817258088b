import type { FoundFile } from '../../core/shared-file.ts';
import { realtimeNs } from '../clock.ts';
import { Pace } from '../pace.ts';
import type { FileBudget } from './budget.ts';
import { FileNode } from './file-node.ts';
import { DEVICE } from './types.ts';

const NS_PER_MS = 1_000_000n;
const EMPTY = new Uint8Array(0);
/** Hash of a path: FNV-1a. */
const HASH_START = 0x811c9dc5;
const HASH_PRIME = 0x01000193;
const TWO_32 = 2 ** 32;
const HIGH_BITS = 0xf_ffff;

/** What a shared file is a part of. */
export interface SharedFileOwner {
  /** The file is about to be opened, for changes too; answers the rights that a descriptor may have. */
  opening(file: SharedFile, changes: boolean): number;
  /** Writes changes back. May throw a FileWait. */
  flush(file: SharedFile): void;
  /** Nobody has the file open any more. */
  closed(file: SharedFile): void;
}

/**
 * A shared file as one call sees it. Its contents are the host's, until the call changes them: from then on they are the
 * call's own copy, charged like any private file, until they are written back.
 */
export class SharedFile extends FileNode {
  override readonly device = DEVICE.SHARED;
  readonly #owner: SharedFileOwner;
  path: string;
  /** Hold on the contents, see SharedFileAccess; given back when the file is closed. */
  readonly hold: number | undefined;
  /** Whether it is the user's own file; one of the user `shared` becomes that when it is written back. */
  own: boolean;
  /** Whether the host has it. */
  stored: boolean;
  /** Whether the call has changes that the host does not have. */
  dirty: boolean;
  /** Size of contents that have not been asked for. */
  #absentBytes: number | undefined;

  /** What the host has found, or without `found` a new file that nobody else sees before it is written back. */
  constructor(owner: SharedFileOwner, path: string, budget: FileBudget, found?: FoundFile) {
    const time = found === undefined ? realtimeNs() : BigInt(Math.round(found.modifiedAt)) * NS_PER_MS;
    super(sharedIno(path), time, budget, found === undefined ? undefined : (found.contents?.bytes ?? EMPTY));
    this.#owner = owner;
    this.path = path;
    this.hold = found?.contents?.hold;
    this.own = found?.own ?? true;
    this.stored = found !== undefined;
    this.dirty = found === undefined;
    this.#absentBytes = found !== undefined && found.contents === undefined ? found.sizeBytes : undefined;
    this.links = 1;
  }

  override get size(): number {
    return this.#absentBytes ?? super.size;
  }

  override modified(): void {
    super.modified();
    this.#absentBytes = undefined;
    this.dirty = true;
  }

  /** As {@link SharedFileOwner.opening}. */
  opening(changes: boolean): number {
    return this.#owner.opening(this, changes);
  }

  /** As {@link SharedFileOwner.flush}. */
  flush(): void {
    this.#owner.flush(this);
  }

  /** All names of it but the path are descriptors. */
  override dropped(): void {
    if (this.opens > 0) return;
    this.#owner.closed(this);
    this.free();
  }

  /** A copy of the contents. `pace` is left out where no watchdog looks. */
  copy(pace = new Pace({ poll: () => {} })): Uint8Array {
    const bytes = new Uint8Array(this.size);
    this.read(0, bytes, pace);
    return bytes;
  }
}

/** Number of the file or directory at a path: the same whenever it is looked at. */
export function sharedIno(path: string): number {
  let low = HASH_START;
  let high = HASH_PRIME;
  for (let at = 0; at < path.length; at += 1) {
    low = Math.imul(low ^ path.charCodeAt(at), HASH_PRIME);
    high = Math.imul(high ^ path.charCodeAt(at), HASH_START);
  }
  return (high & HIGH_BITS) * TWO_32 + (low >>> 0);
}
