import { ERRNO as E } from '../../../src/host/wasi/errno.ts';
import { openSession } from '../../../src/host/wasi/session.ts';
import { templateDirectory, templateFile } from '../../../src/host/wasi/template.ts';
import { ROOT } from '../guest-files.ts';
import type { Fuzzer } from './fuzzer.ts';
import type { Random } from './random.ts';
import { type ModelDirectory, type ModelFile, ModelFiles, type ModelNode } from './wasi-model.ts';
import { FILE_TYPES, OPEN_FILES, OpenFiles } from './wasi-open-files.ts';
import { WitnessedGuest } from './wasi-witness.ts';

const STEPS = 120;
const ALL_RIGHTS = 0x3fff_ffffn;
const READ_RIGHT = 1n << 1n;
const WRITE_RIGHT = 1n << 6n;
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

/** A guest that knows what every one of its calls has to answer. */
class FileProgram {
  readonly #random: Random;
  readonly #guest = new WitnessedGuest({ limits: { openFiles: OPEN_FILES } });
  readonly #model = new ModelFiles(TEMPLATE);
  readonly #files: OpenFiles;
  /** Numbers that the host gave nodes: one node keeps one number, and no two have the same. */
  readonly #numbers = new Map<ModelNode, number>();

  constructor(random: Random) {
    this.#random = random;
    this.#files = new OpenFiles(random, this.#guest, this.#model.root);
    openSession(this.#guest.context, TEMPLATE);
  }

  /** Makes one call; answers whether it succeeded. */
  step(): boolean {
    const kinds = [
      () => this.#open(),
      () => this.#open(),
      () => this.#files.close(),
      () => this.#files.renumber(),
      () => this.#files.transfer('fd_read'),
      () => this.#files.transfer('fd_write'),
      () => this.#files.transferAt('fd_pread'),
      () => this.#files.transferAt('fd_pwrite'),
      () => this.#files.seek(),
      () => this.#files.resize(),
      () => this.#files.setFlags(),
      () => this.#files.list(),
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
    for (const fd of this.#files.descriptors.keys()) if (fd !== ROOT) this.#guest.errno('fd_close', fd);
    this.#checkFolder(this.#model.root, '');
  }

  #checkFolder(folder: ModelDirectory, prefix: string): void {
    for (const [name, node] of folder.entries) {
      const path = `${prefix}${name}`;
      this.#checkStat(
        this.#guest.errno('path_filestat_get', ROOT, 0, ...this.#guest.putPath(path), this.#guest.result),
        node,
      );
      if (node.kind === 'directory') this.#checkFolder(node, `${path}/`);
      if (node.kind === 'file') this.#checkContents(path, node);
    }
  }

  #checkContents(path: string, { bytes }: ModelFile): void {
    const { memory } = this.#guest;
    this.#guest.expect(
      this.#guest.errno('path_open', ROOT, 0, ...this.#guest.putPath(path), 0, READ_RIGHT, 0n, 0, this.#guest.result),
      E.SUCCESS,
    );
    const fd = memory.u32(this.#guest.result);
    memory.setU32(this.#guest.iovecsAt, this.#guest.buffer);
    memory.setU32(this.#guest.iovecsAt + 4, 8000);
    this.#guest.expect(this.#guest.errno('fd_read', fd, this.#guest.iovecsAt, 1, this.#guest.result), E.SUCCESS);
    const contents = memory.slice(this.#guest.buffer, memory.u32(this.#guest.result));
    this.#guest.same(`what ${path} holds`, contents.join(), bytes.join());
    this.#guest.errno('fd_close', fd);
  }

  #open(): number {
    const random = this.#random;
    const flag = (): boolean => random.chance(0.3);
    const how = { create: flag(), directory: flag(), exclusive: flag(), truncate: flag(), follow: random.chance(0.5) };
    const write = random.chance(0.5);
    const append = random.chance(0.2);
    const fd = this.#files.base();
    const path = this.#path();
    const oflags =
      Number(how.create) | (Number(how.directory) << 1) | (Number(how.exclusive) << 2) | (Number(how.truncate) << 3);
    const rights = write ? ALL_RIGHTS : ALL_RIGHTS & ~WRITE_RIGHT;
    const follow = Number(how.follow);
    const free = this.#files.freeNumber();
    const expected = this.#files.based(fd, (base) => {
      if (how.create && how.directory) return E.INVAL;
      if (free >= OPEN_FILES) return E.MFILE;
      return badPath(path) ?? this.#model.open(base, path, { ...how, write, follow: how.follow || path.endsWith('/') });
    });
    const given = [
      fd,
      follow,
      ...this.#guest.putPath(path),
      oflags,
      rights,
      ALL_RIGHTS,
      Number(append),
      this.#guest.result,
    ];
    const errno = this.#guest.errno('path_open', ...given);
    this.#guest.expect(errno, typeof expected === 'number' ? expected : E.SUCCESS);
    if (typeof expected === 'number') return errno;
    this.#guest.same('descriptor', this.#guest.memory.u32(this.#guest.result), free);
    this.#files.descriptors.set(
      free,
      expected.kind === 'directory'
        ? { kind: 'directory', node: expected }
        : { kind: 'file', node: expected, position: 0, append, writable: write },
    );
    return errno;
  }

  #onPath(name: string, model: (base: ModelDirectory, path: string) => number): number {
    const fd = this.#files.base();
    const path = this.#path();
    const expected = this.#files.based(fd, (base) => badPath(path) ?? model(base, path));
    return this.#guest.expect(this.#guest.errno(name, fd, ...this.#guest.putPath(path)), expected);
  }

  #onTwoPaths(name: 'path_link' | 'path_rename'): number {
    const [from, to] = [this.#files.base(), this.#files.base()];
    const [oldPath, newPath] = [this.#path(), this.#path()];
    const expected = this.#files.based(from, (oldBase) => {
      const bad = badPath(oldPath) ?? this.#model.probe(oldBase, oldPath);
      if (bad !== undefined) return bad;
      return this.#files.based(to, (newBase) => {
        if (name === 'path_link') return badPath(newPath) ?? this.#model.link(oldBase, oldPath, newBase, newPath);
        return badPath(newPath) ?? this.#model.rename(oldBase, oldPath, newBase, newPath);
      });
    });
    const [source, target] = [this.#guest.putPath(oldPath), this.#guest.putPath(newPath, 1)];
    const lookup = name === 'path_link' ? [0] : [];
    return this.#guest.expect(this.#guest.errno(name, from, ...lookup, ...source, to, ...target), expected);
  }

  #symlink(): number {
    const fd = this.#files.base();
    const [target, path] = [this.#path(), this.#path()];
    const expected =
      badPath(target) ??
      (target.startsWith('/') ? E.NOTCAPABLE : undefined) ??
      this.#files.based(fd, (base) => badPath(path) ?? this.#model.symlink(base, target, path));
    const [source, place] = [this.#guest.putPath(target), this.#guest.putPath(path, 1)];
    return this.#guest.expect(this.#guest.errno('path_symlink', ...source, fd, ...place), expected);
  }

  #readlink(): number {
    const fd = this.#files.base();
    const path = this.#path();
    const expected = this.#files.based<string | number>(
      fd,
      (base) => badPath(path) ?? this.#model.readlink(base, path),
    );
    const errno = this.#guest.errno(
      'path_readlink',
      fd,
      ...this.#guest.putPath(path),
      this.#guest.buffer,
      8000,
      this.#guest.result,
    );
    this.#guest.expect(errno, typeof expected === 'number' ? expected : E.SUCCESS);
    if (typeof expected === 'number') return errno;
    this.#guest.same(
      'target',
      this.#guest.text(this.#guest.buffer, this.#guest.memory.u32(this.#guest.result)),
      expected,
    );
    return errno;
  }

  #stat(): number {
    const fd = this.#files.base();
    const path = this.#path();
    const follow = this.#random.chance(0.5);
    const expected = this.#files.based(fd, (base) => badPath(path) ?? this.#model.stat(base, path, follow));
    const errno = this.#guest.errno(
      'path_filestat_get',
      fd,
      Number(follow),
      ...this.#guest.putPath(path),
      this.#guest.result,
    );
    if (typeof expected === 'number') return this.#guest.expect(errno, expected);
    this.#checkStat(errno, expected);
    return errno;
  }

  #checkStat(errno: number, node: ModelNode): void {
    this.#guest.expect(errno, E.SUCCESS);
    const { view } = this.#guest.memory;
    const field = (at: number): number => Number(view.getBigUint64(this.#guest.result + at, true));
    this.#guest.same('type', view.getUint8(this.#guest.result + 16), FILE_TYPES[node.kind]);
    if (node.kind !== 'directory') {
      const size = node.kind === 'file' ? node.bytes.length : Buffer.byteLength(node.target);
      this.#guest.same('size', field(32), size);
      this.#guest.same('links', field(24), node.links);
    }
    const number = this.#numbers.get(node);
    if (number !== undefined) this.#guest.same('number', field(8), number);
    else if ([...this.#numbers.values()].includes(field(8))) throw new Error(`Two nodes have the number ${field(8)}`);
    this.#numbers.set(node, field(8));
  }

  #path(): string {
    const random = this.#random;
    if (random.chance(0.02))
      return random.pick(['', '/', '/a', 'a\0b', 'x'.repeat(256), 'ä'.repeat(130), 'a/'.repeat(2100)]);
    const name = (): string => random.pick(['a', 'b', 'c', 'l', 'a', 'b', 'c', 'l', 'ü', '.', '..']);
    const path = Array.from({ length: 1 + random.below(4) }, name).join(random.chance(0.05) ? '//' : '/');
    return random.chance(0.1) ? `${path}/` : path;
  }
}

/** The error number of a path that no tree is asked for. */
function badPath(path: string): number | undefined {
  if (Buffer.byteLength(path) > 4096) return E.NAMETOOLONG;
  if (path.includes('\0')) return E.INVAL;
  return path === '' ? E.NOENT : undefined;
}
