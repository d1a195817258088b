import { E, FakeHost, type FakeOptions } from './host-context.ts';

/** Number of the preopened root. */
export const ROOT = 3;
const ALL = 0x3fff_ffffn;
const DIRECTORY_RIGHTS = ALL & ~(1n << 6n);

/** What `path_open` takes besides the path. */
export interface OpenOptions {
  readonly at?: number;
  readonly follow?: boolean;
  readonly oflags?: number;
  readonly fdflags?: number;
  readonly rights?: bigint;
}

/** `oflags`. */
export const O = { CREAT: 1, DIRECTORY: 2, EXCL: 4, TRUNC: 8 } as const;

/** A fake host with file operations spelt as a C library would use them. */
export class GuestFiles extends FakeHost {
  readonly #result: number;
  readonly #buffer: number;
  /** Room for data and for paths, used again by every operation. */
  readonly #room = 64 * 1024;

  constructor(options: FakeOptions = {}) {
    super({ pages: 16, ...options });
    this.#result = this.allocate(64);
    this.#buffer = this.allocate(this.#room);
  }

  /** Puts `path` where paths go; answers [address, length]. */
  path(path: string, slot = 0): [number, number] {
    const bytes = new TextEncoder().encode(path);
    const address = this.#buffer + slot * 8192;
    this.memory.bytes.set(bytes, address);
    return [address, bytes.length];
  }

  /** Opens; answers the errno of a failure as a negative number, else the descriptor. */
  open(path: string, options: OpenOptions = {}): number {
    const { at = ROOT, follow = true, oflags = 0, fdflags = 0 } = options;
    const rights = options.rights ?? ((oflags & O.DIRECTORY) !== 0 ? DIRECTORY_RIGHTS : ALL);
    const errno = Number(
      this.wasi('path_open', at, follow ? 1 : 0, ...this.path(path), oflags, rights, ALL, fdflags, this.#result),
    );
    return errno === E.OK ? this.memory.u32(this.#result) : -errno;
  }

  /** Opens and creates. */
  create(path: string): number {
    return this.open(path, { oflags: O.CREAT });
  }

  /** Writes text; answers the number of bytes, or a negative errno. */
  write(fd: number, text: string): number {
    const errno = Number(this.wasi('fd_write', fd, this.iovecs(this.put(text)), 1, this.#result));
    return errno === E.OK ? this.memory.u32(this.#result) : -errno;
  }

  /** Reads up to `length` bytes from the position; answers text, or a negative errno. */
  read(fd: number, length = 4096): string | number {
    const errno = Number(this.wasi('fd_read', fd, this.iovecs([this.#buffer, length]), 1, this.#result));
    return errno === E.OK ? this.text(this.#buffer, this.memory.u32(this.#result)) : -errno;
  }

  /** Moves the position; answers it, or a negative errno. */
  seek(fd: number, offset: number, whence: 0 | 1 | 2): number {
    const errno = Number(this.wasi('fd_seek', fd, BigInt(offset), whence, this.#result));
    return errno === E.OK ? Number(this.memory.view.getBigUint64(this.#result, true)) : -errno;
  }

  /** Contents of a file by path, or a negative errno. */
  contents(path: string): string | number {
    const fd = this.open(path, { rights: 2n });
    if (fd < 0) return fd;
    const text = this.read(fd);
    this.wasi('fd_close', fd);
    return text;
  }

  /** Calls a function of a directory and a path. */
  at(name: string, path: string, at = ROOT): number {
    return Number(this.wasi(name, at, ...this.path(path)));
  }

  mkdir(path: string): number {
    return this.at('path_create_directory', path);
  }

  unlink(path: string): number {
    return this.at('path_unlink_file', path);
  }

  symlink(target: string, path: string): number {
    return Number(this.wasi('path_symlink', ...this.path(target), ROOT, ...this.path(path, 1)));
  }

  rename(from: string, to: string): number {
    return Number(this.wasi('path_rename', ROOT, ...this.path(from), ROOT, ...this.path(to, 1)));
  }

  /** Type, size and link count, or a negative errno. */
  stat(path: string, follow = true): { type: number; size: number; links: number; ino: number } | number {
    const errno = Number(this.wasi('path_filestat_get', ROOT, follow ? 1 : 0, ...this.path(path), this.#result));
    if (errno !== E.OK) return -errno;
    const u64 = (at: number): number => Number(this.memory.view.getBigUint64(this.#result + at, true));
    return { type: this.memory.view.getUint8(this.#result + 16), size: u64(32), links: u64(24), ino: u64(8) };
  }

  /** One `fd_readdir`: the entries that fitted whole, and whether there may be more. */
  readdir(fd: number, cookie: bigint, length = 4096): { entries: { name: string; next: bigint }[]; more: boolean } {
    const errno = Number(this.wasi('fd_readdir', fd, this.#buffer, length, cookie, this.#result));
    if (errno !== E.OK) throw new Error(`fd_readdir: ${errno}`);
    const used = this.memory.u32(this.#result);
    const entries = [];
    for (let at = 0; at + 24 <= used; ) {
      const size = this.memory.u32(this.#buffer + at + 16);
      if (at + 24 + size > used) break;
      const next = this.memory.view.getBigUint64(this.#buffer + at, true);
      entries.push({ name: this.text(this.#buffer + at + 24, size), next });
      at += 24 + size;
    }
    return { entries, more: used === length };
  }
}
