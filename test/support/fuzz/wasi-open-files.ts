import { ERRNO as E } from '../../../src/host/wasi/errno.ts';
import { ROOT } from '../guest-files.ts';
import type { Random } from './random.ts';
import type { ModelDirectory, ModelFile } from './wasi-model.ts';
import type { WitnessedGuest } from './wasi-witness.ts';

/** Descriptors that a program may have open. */
export const OPEN_FILES = 14;

/** `filetype` of the model's nodes. */
export const FILE_TYPES = { directory: 3, file: 4, link: 7 } as const;

/** What a descriptor is open on. */
export type ModelDescriptor =
  | { readonly kind: 'stream' }
  | { readonly kind: 'directory'; readonly node: ModelDirectory }
  | { readonly kind: 'file'; readonly node: ModelFile; position: number; append: boolean; readonly writable: boolean };

/** The descriptors of a program, and its calls that name no path: each compares what it is answered with the model. */
export class OpenFiles {
  readonly descriptors = new Map<number, ModelDescriptor>();
  readonly #random: Random;
  readonly #guest: WitnessedGuest;

  constructor(random: Random, guest: WitnessedGuest, root: ModelDirectory) {
    this.#random = random;
    this.#guest = guest;
    for (const fd of [0, 1, 2]) this.descriptors.set(fd, { kind: 'stream' });
    this.descriptors.set(ROOT, { kind: 'directory', node: root });
  }

  /** `fd_close` of any but the root. */
  close(): number {
    const fd = this.number();
    if (fd === ROOT) return E.BADF; // where paths are tried from, and the tree compared
    const known = this.descriptors.delete(fd);
    return this.#guest.expect(this.#guest.errno('fd_close', fd), known ? E.SUCCESS : E.BADF);
  }

  /** `fd_renumber` between any but the root. */
  renumber(): number {
    const [from, to] = [this.number(), this.number()];
    const moved = this.descriptors.get(from);
    if ([from, to].includes(ROOT)) return E.BADF;
    const possible = moved !== undefined && this.descriptors.has(to);
    if (possible && from !== to) {
      this.descriptors.set(to, moved);
      this.descriptors.delete(from);
    }
    return this.#guest.expect(this.#guest.errno('fd_renumber', from, to), possible ? E.SUCCESS : E.BADF);
  }

  /** `fd_read` and `fd_write` on files, with two buffers. */
  transfer(name: 'fd_read' | 'fd_write'): number {
    const fd = this.number();
    const descriptor = this.descriptors.get(fd);
    if (descriptor?.kind === 'stream') return E.BADF;
    const bytes = this.#fillBuffers();
    const errno = this.#guest.errno(name, fd, this.#guest.iovecsAt, 2, this.#guest.result);
    const writes = name === 'fd_write';
    if (descriptor?.kind !== 'file') return this.#guest.expect(errno, descriptor === undefined ? E.BADF : E.NOTCAPABLE);
    if (writes && !descriptor.writable) return this.#guest.expect(errno, E.NOTCAPABLE);
    this.#guest.expect(errno, E.SUCCESS);
    if (writes && descriptor.append) descriptor.position = descriptor.node.bytes.length;
    descriptor.position += this.#moved(writes, descriptor.node, descriptor.position, bytes);
    return errno;
  }

  /** `fd_pread` and `fd_pwrite`, with two buffers. */
  transferAt(name: 'fd_pread' | 'fd_pwrite'): number {
    const fd = this.number();
    const descriptor = this.descriptors.get(fd);
    const at = this.#random.below(300);
    const bytes = this.#fillBuffers();
    const errno = this.#guest.errno(name, fd, this.#guest.iovecsAt, 2, BigInt(at), this.#guest.result);
    const writes = name === 'fd_pwrite';
    if (descriptor?.kind !== 'file') return this.#guest.expect(errno, this.#noPositions(descriptor));
    if (writes && !descriptor.writable) return this.#guest.expect(errno, E.NOTCAPABLE);
    this.#guest.expect(errno, E.SUCCESS);
    this.#moved(writes, descriptor.node, at, bytes);
    return errno;
  }

  /** Compares what was read with the model, or writes to it; answers how many bytes it should be. */
  #moved(writes: boolean, { bytes }: ModelFile, at: number, given: readonly number[]): number {
    const count = writes ? given.length : Math.max(0, Math.min(given.length, bytes.length - at));
    this.#guest.same('bytes moved', this.#guest.memory.u32(this.#guest.result), count);
    if (!writes) {
      this.#guest.same(
        'bytes read',
        [...this.#guest.memory.slice(this.#guest.buffer, count)].join(),
        bytes.slice(at, at + count).join(),
      );
      return count;
    }
    if (count > 0) while (bytes.length < at) bytes.push(0);
    bytes.splice(at, count, ...given);
    return count;
  }

  /** `fd_seek`, and where `fd_tell` says that it led. */
  seek(): number {
    const fd = this.number();
    const descriptor = this.descriptors.get(fd);
    const offset = this.#random.below(400) - 100;
    const whence = this.#random.below(4);
    const errno = this.#guest.errno('fd_seek', fd, BigInt(offset), whence, this.#guest.result);
    if (descriptor?.kind !== 'file') return this.#guest.expect(errno, this.#noPositions(descriptor));
    const target = offset + ([0, descriptor.position, descriptor.node.bytes.length][whence] ?? Number.NaN);
    if (!(target >= 0)) return this.#guest.expect(errno, E.INVAL);
    this.#guest.expect(errno, E.SUCCESS);
    descriptor.position = target;
    this.#guest.same('fd_tell', this.#guest.errno('fd_tell', fd, this.#guest.result), E.SUCCESS);
    this.#guest.same('position', Number(this.#guest.memory.view.getBigUint64(this.#guest.result, true)), target);
    return errno;
  }

  /** `fd_filestat_set_size`. */
  resize(): number {
    const fd = this.number();
    const descriptor = this.descriptors.get(fd);
    const size = this.#random.below(300) - 10;
    const errno = this.#guest.errno('fd_filestat_set_size', fd, BigInt(size));
    if (descriptor?.kind !== 'file') return this.#guest.expect(errno, descriptor === undefined ? E.BADF : E.NOTCAPABLE);
    if (size < 0) return this.#guest.expect(errno, E.INVAL);
    const { bytes } = descriptor.node;
    while (bytes.length < size) bytes.push(0);
    bytes.length = size;
    return this.#guest.expect(errno, E.SUCCESS);
  }

  /** `fd_fdstat_set_flags`: whether writing appends. */
  setFlags(): number {
    const fd = this.number();
    const descriptor = this.descriptors.get(fd);
    const append = this.#random.chance(0.5);
    if (descriptor?.kind === 'file') descriptor.append = append;
    const errno = this.#guest.errno('fd_fdstat_set_flags', fd, Number(append));
    return this.#guest.expect(errno, descriptor === undefined ? E.BADF : E.SUCCESS);
  }

  /** Lists a folder through a buffer that is too small for it. */
  list(): number {
    const fd = this.base();
    const descriptor = this.descriptors.get(fd);
    const room = 40 + this.#random.below(200);
    const seen: string[] = [];
    let cookie = 0n;
    for (;;) {
      const errno = this.#guest.errno('fd_readdir', fd, this.#guest.buffer, room, cookie, this.#guest.result);
      if (descriptor?.kind !== 'directory')
        return this.#guest.expect(errno, descriptor === undefined ? E.BADF : E.NOTDIR);
      this.#guest.expect(errno, E.SUCCESS);
      const used = this.#guest.memory.u32(this.#guest.result);
      let at = this.#guest.buffer;
      for (const end = at + used; at + 24 <= end; ) {
        const { view } = this.#guest.memory;
        const next = at + 24 + view.getUint32(at + 16, true);
        if (next > end) break;
        cookie = view.getBigUint64(at, true);
        seen.push(`${this.#guest.text(at + 24, next - at - 24)} ${view.getUint8(at + 20)}`);
        at = next;
      }
      if (used < room) break;
      if (at === this.#guest.buffer) return this.#guest.expect(E.SUCCESS, E.SUCCESS); // a name longer than the buffer
    }
    const entries = [...descriptor.node.entries].map(([name, { kind }]) => `${name} ${FILE_TYPES[kind]}`);
    this.#guest.same('entries', seen.toSorted().join(), ['. 3', '.. 3', ...entries].toSorted().join());
    return E.SUCCESS;
  }

  /** What `work` answers for the folder that is open as `fd`; an error number when there is none. */
  based<T>(fd: number, work: (base: ModelDirectory) => T): T | number {
    const descriptor = this.descriptors.get(fd);
    if (descriptor === undefined) return E.BADF;
    return descriptor.kind === 'directory' ? work(descriptor.node) : E.NOTDIR;
  }

  #noPositions(descriptor: Exclude<ModelDescriptor, { kind: 'file' }> | undefined): number {
    if (descriptor === undefined) return E.BADF;
    return descriptor.kind === 'stream' ? E.SPIPE : E.NOTCAPABLE;
  }

  /** A descriptor: an open one most of the time. */
  number(): number {
    if (this.#random.chance(0.05)) return this.#random.pick([-1, 99, this.#random.below(OPEN_FILES + 2)]);
    return this.#random.chance(0.3) ? ROOT : this.#random.pick([...this.descriptors.keys()]);
  }

  /** A descriptor to start paths from: a folder most of the time. */
  base(): number {
    const folders = [...this.descriptors].filter(([, { kind }]) => kind === 'directory').map(([fd]) => fd);
    return this.#random.chance(0.9) ? this.#random.pick([ROOT, ...folders]) : this.number();
  }

  /** Fills the buffers with what may be written; answers that. */
  #fillBuffers(): number[] {
    const bytes = [...this.#random.bytes(this.#random.below(60))];
    this.#guest.fillBuffers(bytes, this.#random.below(bytes.length + 1));
    return bytes;
  }

  /** The number that the next descriptor gets. */
  freeNumber(): number {
    let free = 0;
    while (this.descriptors.has(free)) free += 1;
    return free;
  }
}
