import type { HostContext } from '../context.ts';
import type { DirectoryNode } from './directory-node.ts';
import { fail } from './errno.ts';
import type { FileNode } from './file-node.ts';
import { type NotedCall, noteLimit } from './limit-note.ts';
import { RIGHT } from './types.ts';

/** What every open descriptor has. */
interface Common {
  /** `fdflags`. */
  flags: number;
  /** Rights of the descriptor itself. */
  rights: number;
  /** Rights that what is opened through it can have. */
  inheriting: number;
}

/** A standard stream. */
export interface StreamDescriptor extends Common {
  readonly kind: 'stdin' | 'stdout' | 'stderr';
  /** Bytes of the input read so far. */
  position: number;
}

/** An open file. */
export interface FileDescriptor extends Common {
  readonly kind: 'file';
  readonly node: FileNode;
  position: number;
}

/** An open directory. */
export interface DirectoryDescriptor extends Common {
  readonly kind: 'directory';
  readonly node: DirectoryNode;
  /** Name under which it was open from the start, in UTF-8. */
  readonly preopen?: Uint8Array;
}

/** An open descriptor. */
export type Descriptor = StreamDescriptor | FileDescriptor | DirectoryDescriptor;

/** What a table needs of the call. */
export type LimitedCall = NotedCall & Pick<HostContext, 'limits'>;

/** Standard streams, which are open from the start. */
export const STREAMS = 3;
const STREAM_RIGHTS = RIGHT.FD_FDSTAT_SET_FLAGS | RIGHT.FD_FILESTAT_GET | RIGHT.POLL_FD_READWRITE;

/** The open descriptors of a call, by number. */
export class DescriptorTable {
  readonly #slots: (Descriptor | undefined)[] = [
    { kind: 'stdin', flags: 0, rights: STREAM_RIGHTS | RIGHT.FD_READ, inheriting: 0, position: 0 },
    { kind: 'stdout', flags: 0, rights: STREAM_RIGHTS | RIGHT.FD_WRITE, inheriting: 0, position: 0 },
    { kind: 'stderr', flags: 0, rights: STREAM_RIGHTS | RIGHT.FD_WRITE, inheriting: 0, position: 0 },
  ];
  readonly #call: LimitedCall;
  #open = STREAMS;
  #peak = STREAMS;
  /** No number below this one is free. */
  #free = STREAMS;

  /** The limits of `call` bound the open descriptors. */
  constructor(call: LimitedCall) {
    this.#call = call;
  }

  /** Most descriptors that were open at any time. */
  get peak(): number {
    return this.#peak;
  }

  /** The descriptor `fd`, undefined where nothing is open. */
  find(fd: number): Descriptor | undefined {
    return this.#slots[fd];
  }

  /** The descriptor `fd`. Fails with EBADF, and with ENOTCAPABLE where it lacks one of `rights`. */
  get(fd: number, rights = 0): Descriptor {
    const descriptor = this.find(fd);
    if (!descriptor) fail('BADF');
    if ((descriptor.rights & rights) !== rights) fail('NOTCAPABLE');
    return descriptor;
  }

  /** As {@link get} for a directory. Fails with ENOTDIR for anything else. */
  directory(fd: number, rights: number): DirectoryDescriptor {
    const descriptor = this.get(fd);
    if (descriptor.kind !== 'directory') fail('NOTDIR');
    if ((descriptor.rights & rights) !== rights) fail('NOTCAPABLE');
    return descriptor;
  }

  /** Fails with EMFILE when {@link open} would, and notes it in the call's log. */
  checkRoom(): void {
    while (this.#slots[this.#free] !== undefined) this.#free += 1;
    const { openFiles } = this.#call.limits;
    if (this.#free < openFiles) return;
    const advice = 'close some, or raise it (faasm configure --open-files)';
    const line = `EMFILE: the call has ${openFiles} descriptors open, which is the most (limits.openFiles): ${advice}.`;
    noteLimit(this.#call, 'openFiles', line);
    fail('MFILE');
  }

  /** Adds a descriptor under the lowest free number. Fails with EMFILE. */
  open(descriptor: Descriptor): number {
    this.checkRoom();
    this.#slots[this.#free] = descriptor;
    this.#open += 1;
    if (this.#open > this.#peak) this.#peak = this.#open;
    if ('node' in descriptor) descriptor.node.opens += 1;
    return this.#free;
  }

  /** Adds another number for what `fd` is open on: position and flags are shared. Fails with EBADF, EMFILE. */
  duplicate(fd: number): number {
    return this.open(this.get(fd));
  }

  /** Closes `fd`. Fails with EBADF. */
  close(fd: number): void {
    this.#release(this.get(fd));
    this.#vacate(fd);
  }

  /** Moves `from` to the number `to`, closing what was there. Both must be open: fails with EBADF. */
  renumber(from: number, to: number): void {
    const moved = this.get(from);
    const replaced = this.get(to);
    if (from === to) return;
    this.#slots[to] = moved;
    this.#vacate(from);
    this.#release(replaced);
  }

  #vacate(fd: number): void {
    this.#slots[fd] = undefined;
    this.#open -= 1;
    this.#free = Math.min(this.#free, fd);
  }

  #release(descriptor: Descriptor): void {
    if (!('node' in descriptor)) return;
    descriptor.node.opens -= 1;
    descriptor.node.dropped();
  }
}
