import type { Budget } from '../core/budget.ts';
import { FaasmError } from '../core/errors.ts';
import { nextTurn } from '../core/in-steps.ts';
import { pagesFor } from '../core/limits.ts';
import type { FileFacts, FileStore } from '../core/ports.ts';
import { OpenPages } from './open-pages.ts';

/** Paths that are remembered. */
const PATHS_MAX = 20_000;
/** How often a host that runs out of memory is noticed, and what of its memory is in use then. */
const LOOK_MS = 200;
const SCARCE = 0.9;
/** Bytes copied between two turns of the event loop: calls of others must not wait for a large file. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** What this host knows of one path of one user. */
export interface CachedFile {
  readonly user: string;
  readonly path: string;
  /** Absent: no such file. */
  facts: FileFacts | undefined;
  checkedAt: number;
  /** Contents in shared memory; their size is charged from before they are fetched. */
  bytes: Uint8Array | undefined;
  fetching: Promise<Uint8Array | undefined> | undefined;
  /** Pages charged for `bytes`. */
  pages: number;
  /** Uses of `bytes`; they cannot make room meanwhile. */
  holds: number;
  /** What is counted as open while there are any, and for whom. */
  open: { readonly user: string; readonly pages: number } | undefined;
  /** Whether files lie below the path; absent: not asked yet. */
  directory: boolean | undefined;
  /** False: the cache has forgotten it, and `bytes` go with the last hold. */
  current: boolean;
}

/** Options of {@link FileCache}. */
export interface FileCacheOptions {
  readonly store: FileStore;
  readonly budget: Budget;
  readonly cacheBytes: number;
  readonly refreshMs: number;
  readonly stale: (user: string, path: string, error: unknown) => void;
}

/** A question to the store; the cache's only while it is the last one about its path. */
interface Look {
  answer: Promise<CachedFile> | undefined;
}

/** Files of the store as this host knows them, each no older than `refreshMs`. What was used least recently goes first. */
export class FileCache {
  readonly #options: FileCacheOptions;
  /** In the order of their last use. */
  readonly #files = new Map<string, CachedFile>();
  readonly #looking = new Map<string, Look>();
  readonly #open: OpenPages;
  #pages = 0;
  /** Counts what {@link forget} was told. */
  #changes = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(options: FileCacheOptions) {
    this.#options = options;
    this.#open = new OpenPages(pagesFor(options.cacheBytes));
    this.#timer = setInterval(() => this.#yield(), LOOK_MS);
    this.#timer.unref();
  }

  /** Stops looking after the host's memory. */
  close(): void {
    clearInterval(this.#timer);
  }

  /** What there is at a path. Asks the store where what is known is too old. Throws what the store throws. */
  look(user: string, path: string): CachedFile | Promise<CachedFile> {
    const name = nameOf(user, path);
    const known = this.#files.get(name);
    if (known !== undefined && Date.now() - known.checkedAt < this.#options.refreshMs) {
      this.#files.delete(name);
      this.#files.set(name, known);
      return known;
    }
    const under = this.#looking.get(name)?.answer;
    if (under !== undefined) return under;
    const look: Look = { answer: undefined };
    this.#looking.set(name, look);
    look.answer = this.#look(look, user, path, known).finally(() => {
      if (this.#looking.get(name) === look) this.#looking.delete(name);
    });
    return look.answer;
  }

  /** Whether files lie below a path that is no file. Asks the store once in each refresh time. */
  async isDirectory(user: string, path: string): Promise<boolean> {
    const file = await this.look(user, path);
    if (file.directory !== undefined) return file.directory;
    const changes = this.#changes;
    const found = (await this.#options.store.list(user, `${path}/`)).length > 0;
    if (changes === this.#changes) file.directory = found;
    return found;
  }

  /**
   * Contents of a file, held for a call of `user` until {@link release}. Undefined when there is no such file any more:
   * look again. Throws what the store throws, and `HOST_OVERLOADED` where there is no room.
   */
  async contents(file: CachedFile, user: string): Promise<Uint8Array | undefined> {
    this.#hold(file, user);
    try {
      const bytes = file.bytes ?? (await (file.fetching ?? this.#beginFetch(file)));
      if (bytes !== undefined) return bytes;
    } catch (error) {
      this.release(file);
      throw error;
    }
    this.release(file);
    return undefined;
  }

  /** Gives back a hold. */
  release(file: CachedFile): void {
    file.holds -= 1;
    if (file.holds > 0) return;
    if (file.open !== undefined) this.#open.give(file.open.user, file.open.pages);
    file.open = undefined;
    if (!file.current) this.#drop(file);
  }

  #hold(file: CachedFile, user: string): void {
    if (file.holds === 0) {
      const pages = pagesFor(file.facts?.sizeBytes ?? 0);
      this.#open.take(user, file.path, pages);
      file.open = { user, pages };
    }
    file.holds += 1;
  }

  /** Forgets a path that has changed, and what is known of the directories it lies in. */
  forget(user: string, path: string): void {
    this.#changes += 1;
    this.#looking.delete(nameOf(user, path));
    this.#remove(this.#files.get(nameOf(user, path)));
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const name = nameOf(user, path.slice(0, end));
      const above = this.#files.get(name);
      this.#looking.delete(name);
      if (above !== undefined) above.directory = undefined;
    }
  }

  async #look(look: Look, user: string, path: string, known: CachedFile | undefined): Promise<CachedFile> {
    const askedAt = Date.now();
    let facts: FileFacts | undefined;
    try {
      facts = await this.#options.store.stat(user, path);
    } catch (error) {
      if (known?.facts === undefined || !known.current) throw error;
      // Not asked again for a while: what is kept goes on being used.
      this.#options.stale(user, path, error);
      known.checkedAt = Date.now();
      return known;
    }
    if (known?.current === true && known.facts?.tag === facts?.tag) {
      known.checkedAt = askedAt;
      known.directory = undefined;
      return known;
    }
    const name = nameOf(user, path);
    // Where it has been changed meanwhile, the answer is only for those who asked before.
    const current = this.#looking.get(name) === look;
    const file: CachedFile = {
      user,
      path,
      facts,
      checkedAt: askedAt,
      bytes: undefined,
      fetching: undefined,
      pages: 0,
      holds: 0,
      open: undefined,
      directory: undefined,
      current,
    };
    if (current) {
      this.#remove(this.#files.get(name));
      this.#files.set(name, file);
      this.#forgetOldest();
    }
    return file;
  }

  /** Counts an open file as large as it is by now. */
  #resized(file: CachedFile, pages: number): void {
    if (file.open === undefined) return;
    const { user } = file.open;
    this.#open.give(user, file.open.pages - pages);
    file.open = { user, pages };
  }

  #beginFetch(file: CachedFile): Promise<Uint8Array | undefined> {
    const fetching = this.#fetch(file);
    file.fetching = fetching;
    const over = (): void => {
      file.fetching = undefined;
    };
    fetching.then(over, over);
    return fetching;
  }

  async #fetch(file: CachedFile): Promise<Uint8Array | undefined> {
    const { user, path, facts } = file;
    try {
      this.#charge(file, pagesFor(facts?.sizeBytes ?? 0));
      const stored = await this.#options.store.get(user, path);
      if (stored === undefined) {
        this.#remove(file);
        return undefined;
      }
      const sizeBytes = stored.length;
      // Replaced meanwhile. Looking again could go on for ever; the next look finds another tag.
      if (facts !== undefined && facts.sizeBytes !== sizeBytes) {
        this.#uncharge(file);
        this.#resized(file, pagesFor(sizeBytes));
        file.facts = { ...facts, sizeBytes, modifiedAt: new Date().toISOString(), tag: '' };
        this.#charge(file, pagesFor(sizeBytes));
      }
      const bytes = new Uint8Array(new SharedArrayBuffer(sizeBytes));
      for (let at = 0; at < sizeBytes; at += PIECE_BYTES) {
        if (at > 0) await nextTurn();
        bytes.set(stored.subarray(at, at + PIECE_BYTES), at);
      }
      file.bytes = bytes;
      return bytes;
    } finally {
      if (file.bytes === undefined) this.#uncharge(file);
    }
  }

  /** Takes room for contents. Throws `HOST_OVERLOADED` where all that could make room is in use. */
  #charge(file: CachedFile, pages: number): void {
    const { budget, cacheBytes } = this.#options;
    const most = pagesFor(cacheBytes);
    const fits = (): boolean => this.#pages + pages <= most && budget.reserve('memoryPages', pages);
    for (const other of pages > most ? [] : [...this.#files.values()]) {
      if (this.#pages + pages <= most && budget.used('memoryPages') + pages <= budget.limit('memoryPages')) break;
      if (other.bytes !== undefined && other.holds === 0) this.#drop(other);
    }
    if (!fits()) {
      throw new FaasmError(
        'HOST_OVERLOADED',
        `The host has no room for the ${file.facts?.sizeBytes} bytes of faasm://${file.path}: its cache of shared files ` +
          `(FAASM_FILE_CACHE_BYTES) has ${cacheBytes} bytes.`,
      );
    }
    this.#pages += pages;
    file.pages = pages;
  }

  /** Calls come first: while the host's memory is scarce, nothing is kept that is not in use. */
  #yield(): void {
    const { budget } = this.#options;
    if (this.#pages === 0 || budget.used('memoryPages') < SCARCE * budget.limit('memoryPages')) return;
    for (const file of this.#files.values()) if (file.holds === 0) this.#drop(file);
  }

  #uncharge(file: CachedFile): void {
    this.#pages -= file.pages;
    this.#options.budget.release('memoryPages', file.pages);
    file.pages = 0;
  }

  #drop(file: CachedFile): void {
    if (file.bytes === undefined) return;
    file.bytes = undefined;
    this.#uncharge(file);
  }

  #remove(file: CachedFile | undefined): void {
    if (file === undefined) return;
    const name = nameOf(file.user, file.path);
    if (this.#files.get(name) === file) this.#files.delete(name);
    file.current = false;
    if (file.holds === 0) this.#drop(file);
  }

  #forgetOldest(): void {
    if (this.#files.size <= PATHS_MAX) return;
    for (const file of this.#files.values()) {
      if (file.holds > 0) continue;
      this.#remove(file);
      return;
    }
  }
}

/** Users hold no slash, so names of different users and paths cannot be equal. */
function nameOf(user: string, path: string): string {
  return `${user}/${path}`;
}
