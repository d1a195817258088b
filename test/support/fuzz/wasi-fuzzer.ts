import { ERRNO as E } from '../../../src/host/wasi/errno.ts';
import { openSession } from '../../../src/host/wasi/session.ts';
import { templateDirectory, templateFile } from '../../../src/host/wasi/template.ts';
import { ROOT } from '../guest-files.ts';
import { FakeHost } from '../host-context.ts';
import type { Fuzzer } from './fuzzer.ts';
import type { Random } from './random.ts';
import { type ModelDirectory, type ModelFile, ModelFiles, type ModelNode } from './wasi-model.ts';

const OPEN_FILES = 14;
const STEPS = 120;
const INPUT = 'the input of the call';
const ALL_RIGHTS = 0x3fff_ffffn;
const READ_RIGHT = 1n << 1n;
const WRITE_RIGHT = 1n << 6n;
const FILE_TYPES = { directory: 3, file: 4, link: 7 } as const;
const TEMPLATE = templateDirectory({
  a: templateDirectory({ b: templateFile('from the template'), l: { kind: 'link', target: '../c/b' } }),
  b: templateFile(''),
  c: templateDirectory({ c: templateDirectory({}), b: templateFile('another') }),
  l: { kind: 'link', target: 'a' },
});

/** Random programs that use files: every answer is that of a plain model of WASI. */
export const WASI_FUZZER: Fuzzer = {
  name: 'wasi',
  async open() {
    let steps = 0;
    let succeeded = 0;
    return {
      attempt(random) {
        const program = new FileProgram(random);
        for (let step = 0; step < STEPS; step += 1) if (program.step()) succeeded += 1;
        program.checkTree();
        steps += STEPS;
      },
      summary: () => `${steps} calls, ${succeeded} succeeded`,
      close: async () => {},
    };
  },
};

type ModelDescriptor =
  | { readonly kind: 'stream' }
  | { readonly kind: 'directory'; readonly node: ModelDirectory }
  | { readonly kind: 'file'; readonly node: ModelFile; position: number; append: boolean; readonly writable: boolean };

/** A guest that knows what every one of its calls has to answer. */
class FileProgram {
  readonly #random: Random;
  readonly #host = new FakeHost({ pages: 2, input: INPUT, limits: { openFiles: OPEN_FILES } });
  readonly #model = new ModelFiles(TEMPLATE);
  readonly #descriptors = new Map<number, ModelDescriptor>();
  /** Numbers that the host gave nodes: one node keeps one number, and no two have the same. */
  readonly #numbers = new Map<ModelNode, number>();
  readonly #result = this.#host.allocate(64);
  readonly #iovecs = this.#host.allocate(64);
  readonly #paths = [this.#host.allocate(8192), this.#host.allocate(8192)] as const;
  readonly #buffer = this.#host.allocate(16_384);
  /** What was called, for the message of a failure. */
  readonly #history: string[] = [];

  constructor(random: Random) {
    this.#random = random;
    openSession(this.#host.context, TEMPLATE);
    for (const fd of [0, 1, 2]) this.#descriptors.set(fd, { kind: 'stream' });
    this.#descriptors.set(ROOT, { kind: 'directory', node: this.#model.root });
  }

  /** Makes one call; answers whether it succeeded. */
  step(): boolean {
    const kinds = [
      () => this.#open(),
      () => this.#open(),
      () => this.#close(),
      () => this.#renumber(),
      () => this.#transfer('fd_read'),
      () => this.#transfer('fd_write'),
      () => this.#transferAt('fd_pread'),
      () => this.#transferAt('fd_pwrite'),
      () => this.#seek(),
      () => this.#resize(),
      () => this.#setFlags(),
      () => this.#list(),
      () => this.#onPath('path_create_directory', (base, path) => this.#model.mkdir(base, path)),
      () => this.#onPath('path_remove_directory', (base, path) => this.#model.rmdir(base, path)),
      () => this.#onPath('path_unlink_file', (base, path) => this.#model.unlink(base, path)),
      () => this.#symlink(),
      () => this.#onTwoPaths('path_link'),
      () => this.#onTwoPaths('path_rename'),
      () => this.#readlink(),
      () => this.#stat(),
    ];
    return this.#random.pick(kinds)() === E.SUCCESS;
  }

  /** Compares what is left with the model, contents included. */
  checkTree(): void {
    for (const fd of this.#descriptors.keys()) if (fd !== ROOT) this.#wasi('fd_close', fd);
    this.#checkFolder(this.#model.root, '');
  }

  #checkFolder(folder: ModelDirectory, prefix: string): void {
    for (const [name, node] of folder.entries) {
      const path = `${prefix}${name}`;
      this.#checkStat(this.#wasi('path_filestat_get', ROOT, 0, ...this.#put(path), this.#result), node);
      if (node.kind === 'directory') this.#checkFolder(node, `${path}/`);
      if (node.kind === 'file') this.#checkContents(path, node);
    }
  }

  #checkContents(path: string, { bytes }: ModelFile): void {
    const { memory } = this.#host;
    this.#expect(this.#wasi('path_open', ROOT, 0, ...this.#put(path), 0, READ_RIGHT, 0n, 0, this.#result), E.SUCCESS);
    const fd = memory.u32(this.#result);
    memory.setU32(this.#iovecs, this.#buffer);
    memory.setU32(this.#iovecs + 4, 8000);
    this.#expect(this.#wasi('fd_read', fd, this.#iovecs, 1, this.#result), E.SUCCESS);
    const contents = memory.slice(this.#buffer, memory.u32(this.#result));
    this.#same(`what ${path} holds`, contents.join(), bytes.join());
    this.#wasi('fd_close', fd);
  }

  #open(): number {
    const random = this.#random;
    const flag = (): boolean => random.chance(0.3);
    const how = { create: flag(), directory: flag(), exclusive: flag(), truncate: flag(), follow: random.chance(0.5) };
    const write = random.chance(0.5);
    const append = random.chance(0.2);
    const fd = this.#base();
    const path = this.#path();
    const oflags =
      Number(how.create) | (Number(how.directory) << 1) | (Number(how.exclusive) << 2) | (Number(how.truncate) << 3);
    const rights = write ? ALL_RIGHTS : ALL_RIGHTS & ~WRITE_RIGHT;
    const follow = Number(how.follow);
    const free = this.#freeNumber();
    const expected = this.#based(fd, (base) => {
      if (how.create && how.directory) return E.INVAL;
      if (free >= OPEN_FILES) return E.MFILE;
      return badPath(path) ?? this.#model.open(base, path, { ...how, write, follow: how.follow || path.endsWith('/') });
    });
    const given = [fd, follow, ...this.#put(path), oflags, rights, ALL_RIGHTS, Number(append), this.#result];
    const errno = this.#wasi('path_open', ...given);
    this.#expect(errno, typeof expected === 'number' ? expected : E.SUCCESS);
    if (typeof expected === 'number') return errno;
    this.#same('descriptor', this.#host.memory.u32(this.#result), free);
    this.#descriptors.set(
      free,
      expected.kind === 'directory'
        ? { kind: 'directory', node: expected }
        : { kind: 'file', node: expected, position: 0, append, writable: write },
    );
    return errno;
  }

  #close(): number {
    const fd = this.#number();
    if (fd === ROOT) return E.BADF; // where paths are tried from, and the tree compared
    const known = this.#descriptors.delete(fd);
    return this.#expect(this.#wasi('fd_close', fd), known ? E.SUCCESS : E.BADF);
  }

  #renumber(): number {
    const [from, to] = [this.#number(), this.#number()];
    const moved = this.#descriptors.get(from);
    if ([from, to].includes(ROOT)) return E.BADF;
    const possible = moved !== undefined && this.#descriptors.has(to);
    if (possible && from !== to) {
      this.#descriptors.set(to, moved);
      this.#descriptors.delete(from);
    }
    return this.#expect(this.#wasi('fd_renumber', from, to), possible ? E.SUCCESS : E.BADF);
  }

  /** `fd_read` and `fd_write` on files, with two buffers. */
  #transfer(name: 'fd_read' | 'fd_write'): number {
    const fd = this.#number();
    const descriptor = this.#descriptors.get(fd);
    if (descriptor?.kind === 'stream') return E.BADF;
    const bytes = this.#fillBuffers();
    const errno = this.#wasi(name, fd, this.#iovecs, 2, this.#result);
    const writes = name === 'fd_write';
    if (descriptor?.kind !== 'file') return this.#expect(errno, descriptor === undefined ? E.BADF : E.NOTCAPABLE);
    if (writes && !descriptor.writable) return this.#expect(errno, E.NOTCAPABLE);
    this.#expect(errno, E.SUCCESS);
    if (writes && descriptor.append) descriptor.position = descriptor.node.bytes.length;
    descriptor.position += this.#moved(writes, descriptor.node, descriptor.position, bytes);
    return errno;
  }

  #transferAt(name: 'fd_pread' | 'fd_pwrite'): number {
    const fd = this.#number();
    const descriptor = this.#descriptors.get(fd);
    const at = this.#random.below(300);
    const bytes = this.#fillBuffers();
    const errno = this.#wasi(name, fd, this.#iovecs, 2, BigInt(at), this.#result);
    const writes = name === 'fd_pwrite';
    if (descriptor?.kind !== 'file') return this.#expect(errno, this.#noPositions(descriptor));
    if (writes && !descriptor.writable) return this.#expect(errno, E.NOTCAPABLE);
    this.#expect(errno, E.SUCCESS);
    this.#moved(writes, descriptor.node, at, bytes);
    return errno;
  }

  /** Compares what was read with the model, or writes to it; answers how many bytes it should be. */
  #moved(writes: boolean, { bytes }: ModelFile, at: number, given: readonly number[]): number {
    const count = writes ? given.length : Math.max(0, Math.min(given.length, bytes.length - at));
    this.#same('bytes moved', this.#host.memory.u32(this.#result), count);
    if (!writes) {
      this.#same(
        'bytes read',
        [...this.#host.memory.slice(this.#buffer, count)].join(),
        bytes.slice(at, at + count).join(),
      );
      return count;
    }
    if (count > 0) while (bytes.length < at) bytes.push(0);
    bytes.splice(at, count, ...given);
    return count;
  }

  #seek(): number {
    const fd = this.#number();
    const descriptor = this.#descriptors.get(fd);
    const offset = this.#random.below(400) - 100;
    const whence = this.#random.below(4);
    const errno = this.#wasi('fd_seek', fd, BigInt(offset), whence, this.#result);
    if (descriptor?.kind !== 'file') return this.#expect(errno, this.#noPositions(descriptor));
    const target = offset + ([0, descriptor.position, descriptor.node.bytes.length][whence] ?? Number.NaN);
    if (!(target >= 0)) return this.#expect(errno, E.INVAL);
    this.#expect(errno, E.SUCCESS);
    descriptor.position = target;
    this.#same('fd_tell', this.#wasi('fd_tell', fd, this.#result), E.SUCCESS);
    this.#same('position', Number(this.#host.memory.view.getBigUint64(this.#result, true)), target);
    return errno;
  }

  #resize(): number {
    const fd = this.#number();
    const descriptor = this.#descriptors.get(fd);
    const size = this.#random.below(300) - 10;
    const errno = this.#wasi('fd_filestat_set_size', fd, BigInt(size));
    if (descriptor?.kind !== 'file') return this.#expect(errno, descriptor === undefined ? E.BADF : E.NOTCAPABLE);
    if (size < 0) return this.#expect(errno, E.INVAL);
    const { bytes } = descriptor.node;
    while (bytes.length < size) bytes.push(0);
    bytes.length = size;
    return this.#expect(errno, E.SUCCESS);
  }

  #setFlags(): number {
    const fd = this.#number();
    const descriptor = this.#descriptors.get(fd);
    const append = this.#random.chance(0.5);
    if (descriptor?.kind === 'file') descriptor.append = append;
    const errno = this.#wasi('fd_fdstat_set_flags', fd, Number(append));
    return this.#expect(errno, descriptor === undefined ? E.BADF : E.SUCCESS);
  }

  /** Lists a folder through a buffer that is too small for it. */
  #list(): number {
    const fd = this.#base();
    const descriptor = this.#descriptors.get(fd);
    const room = 40 + this.#random.below(200);
    const seen: string[] = [];
    let cookie = 0n;
    for (;;) {
      const errno = this.#wasi('fd_readdir', fd, this.#buffer, room, cookie, this.#result);
      if (descriptor?.kind !== 'directory') return this.#expect(errno, descriptor === undefined ? E.BADF : E.NOTDIR);
      this.#expect(errno, E.SUCCESS);
      const used = this.#host.memory.u32(this.#result);
      let at = this.#buffer;
      for (const end = at + used; at + 24 <= end; ) {
        const { view } = this.#host.memory;
        const next = at + 24 + view.getUint32(at + 16, true);
        if (next > end) break;
        cookie = view.getBigUint64(at, true);
        seen.push(`${this.#host.text(at + 24, next - at - 24)} ${view.getUint8(at + 20)}`);
        at = next;
      }
      if (used < room) break;
      if (at === this.#buffer) return this.#expect(E.SUCCESS, E.SUCCESS); // a name longer than the buffer
    }
    const entries = [...descriptor.node.entries].map(([name, { kind }]) => `${name} ${FILE_TYPES[kind]}`);
    this.#same('entries', seen.toSorted().join(), ['. 3', '.. 3', ...entries].toSorted().join());
    return E.SUCCESS;
  }

  #onPath(name: string, model: (base: ModelDirectory, path: string) => number): number {
    const fd = this.#base();
    const path = this.#path();
    const expected = this.#based(fd, (base) => badPath(path) ?? model(base, path));
    return this.#expect(this.#wasi(name, fd, ...this.#put(path)), expected);
  }

  #onTwoPaths(name: 'path_link' | 'path_rename'): number {
    const [from, to] = [this.#base(), this.#base()];
    const [oldPath, newPath] = [this.#path(), this.#path()];
    const expected = this.#based(from, (oldBase) => {
      const bad = badPath(oldPath) ?? this.#model.probe(oldBase, oldPath);
      if (bad !== undefined) return bad;
      return this.#based(to, (newBase) => {
        if (name === 'path_link') return badPath(newPath) ?? this.#model.link(oldBase, oldPath, newBase, newPath);
        return badPath(newPath) ?? this.#model.rename(oldBase, oldPath, newBase, newPath);
      });
    });
    const [source, target] = [this.#put(oldPath), this.#put(newPath, 1)];
    const lookup = name === 'path_link' ? [0] : [];
    return this.#expect(this.#wasi(name, from, ...lookup, ...source, to, ...target), expected);
  }

  #symlink(): number {
    const fd = this.#base();
    const [target, path] = [this.#path(), this.#path()];
    const expected =
      badPath(target) ??
      (target.startsWith('/') ? E.NOTCAPABLE : undefined) ??
      this.#based(fd, (base) => badPath(path) ?? this.#model.symlink(base, target, path));
    const [source, place] = [this.#put(target), this.#put(path, 1)];
    return this.#expect(this.#wasi('path_symlink', ...source, fd, ...place), expected);
  }

  #readlink(): number {
    const fd = this.#base();
    const path = this.#path();
    const expected = this.#based<string | number>(fd, (base) => badPath(path) ?? this.#model.readlink(base, path));
    const errno = this.#wasi('path_readlink', fd, ...this.#put(path), this.#buffer, 8000, this.#result);
    this.#expect(errno, typeof expected === 'number' ? expected : E.SUCCESS);
    if (typeof expected === 'number') return errno;
    this.#same('target', this.#host.text(this.#buffer, this.#host.memory.u32(this.#result)), expected);
    return errno;
  }

  #stat(): number {
    const fd = this.#base();
    const path = this.#path();
    const follow = this.#random.chance(0.5);
    const expected = this.#based(fd, (base) => badPath(path) ?? this.#model.stat(base, path, follow));
    const errno = this.#wasi('path_filestat_get', fd, Number(follow), ...this.#put(path), this.#result);
    if (typeof expected === 'number') return this.#expect(errno, expected);
    this.#checkStat(errno, expected);
    return errno;
  }

  #checkStat(errno: number, node: ModelNode): void {
    this.#expect(errno, E.SUCCESS);
    const { view } = this.#host.memory;
    const field = (at: number): number => Number(view.getBigUint64(this.#result + at, true));
    this.#same('type', view.getUint8(this.#result + 16), FILE_TYPES[node.kind]);
    if (node.kind !== 'directory') {
      const size = node.kind === 'file' ? node.bytes.length : Buffer.byteLength(node.target);
      this.#same('size', field(32), size);
      this.#same('links', field(24), node.links);
    }
    const number = this.#numbers.get(node);
    if (number !== undefined) this.#same('number', field(8), number);
    else if ([...this.#numbers.values()].includes(field(8))) throw new Error(`Two nodes have the number ${field(8)}`);
    this.#numbers.set(node, field(8));
  }

  /** What `work` answers for the folder that is open as `fd`; an error number when there is none. */
  #based<T>(fd: number, work: (base: ModelDirectory) => T): T | number {
    const descriptor = this.#descriptors.get(fd);
    if (descriptor === undefined) return E.BADF;
    return descriptor.kind === 'directory' ? work(descriptor.node) : E.NOTDIR;
  }

  #noPositions(descriptor: Exclude<ModelDescriptor, { kind: 'file' }> | undefined): number {
    if (descriptor === undefined) return E.BADF;
    return descriptor.kind === 'stream' ? E.SPIPE : E.NOTCAPABLE;
  }

  /** A descriptor: an open one most of the time. */
  #number(): number {
    if (this.#random.chance(0.05)) return this.#random.pick([-1, 99, this.#random.below(OPEN_FILES + 2)]);
    return this.#random.chance(0.3) ? ROOT : this.#random.pick([...this.#descriptors.keys()]);
  }

  /** A descriptor to start paths from: a folder most of the time. */
  #base(): number {
    const folders = [...this.#descriptors].filter(([, { kind }]) => kind === 'directory').map(([fd]) => fd);
    return this.#random.chance(0.9) ? this.#random.pick([ROOT, ...folders]) : this.#number();
  }

  #freeNumber(): number {
    let free = 0;
    while (this.#descriptors.has(free)) free += 1;
    return free;
  }

  #path(): string {
    const random = this.#random;
    if (random.chance(0.02))
      return random.pick(['', '/', '/a', 'a\0b', 'x'.repeat(256), 'ä'.repeat(130), 'a/'.repeat(2100)]);
    const name = (): string => random.pick(['a', 'b', 'c', 'l', 'a', 'b', 'c', 'l', 'ü', '.', '..']);
    const path = Array.from({ length: 1 + random.below(4) }, name).join(random.chance(0.05) ? '//' : '/');
    return random.chance(0.1) ? `${path}/` : path;
  }

  /** Puts a path into memory; answers its address and length. */
  #put(path: string, slot: 0 | 1 = 0): [number, number] {
    const bytes = Buffer.from(path);
    this.#host.memory.bytes.set(bytes, this.#paths[slot]);
    return [this.#paths[slot], bytes.length];
  }

  /** Two buffers, one behind the other, full of what may be written; answers that. */
  #fillBuffers(): number[] {
    const bytes = [...this.#random.bytes(this.#random.below(60))];
    const first = this.#random.below(bytes.length + 1);
    const { memory } = this.#host;
    memory.bytes.set(bytes, this.#buffer);
    memory.setU32(this.#iovecs, this.#buffer);
    memory.setU32(this.#iovecs + 4, first);
    memory.setU32(this.#iovecs + 8, this.#buffer + first);
    memory.setU32(this.#iovecs + 12, bytes.length - first);
    return bytes;
  }

  #wasi(name: string, ...args: readonly unknown[]): number {
    const text = args.map((each, index) => {
      const next = args[index + 1];
      const isPath = (this.#paths as readonly unknown[]).includes(each) && typeof next === 'number';
      return isPath ? JSON.stringify(this.#host.text(each as number, next)) : String(each);
    });
    this.#history.push(`${name}(${text.join(', ')})`);
    return Number(this.#host.wasi(name, ...args));
  }

  /** Compares an error number with the model's; answers it. */
  #expect(errno: number, expected: number): number {
    this.#same('error number', errno, expected);
    return errno;
  }

  #same(what: string, actual: unknown, expected: unknown): void {
    if (actual === expected) return;
    throw new Error(`${what} is ${actual} instead of ${expected} after\n${this.#history.slice(-8).join('\n')}`);
  }
}

/** The error number of a path that no tree is asked for. */
function badPath(path: string): number | undefined {
  if (Buffer.byteLength(path) > 4096) return E.NAMETOOLONG;
  if (path.includes('\0')) return E.INVAL;
  return path === '' ? E.NOENT : undefined;
}
