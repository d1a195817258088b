import type { Budget } from '../core/budget.ts';
import { FaasmError, toFaasmError } from '../core/errors.ts';
import { forEachInSteps } from '../core/in-steps.ts';
import { checkFilePath } from '../core/object-key.ts';
import type { FileStore } from '../core/ports.ts';
import { type FileAnswer, type FileName, type FileRequest, type Found, SHARED_USER } from '../core/shared-file.ts';
import { SlotTable } from '../core/slot-table.ts';
import { Turns } from '../core/turns.ts';
import { type CachedFile, FileCache } from './file-cache.ts';
import { FileQuota, type FileTotals } from './file-quota.ts';

/** Entries of a directory that functions may see: more would fill the memory of the host. */
const NAMES_MAX = 65_536;
/** How often a file is looked at again that is removed while it is read. */
const ATTEMPTS = 5;

/** Options of {@link SharedFiles}. */
export interface SharedFilesOptions {
  readonly store: FileStore;
  readonly budget: Budget;
  /** What the contents kept on this host may take together. */
  readonly cacheBytes: number;
  /** What one user may have in the store. */
  readonly userLimits: FileTotals;
  /** Size of the largest file. */
  readonly maxFileBytes: number;
  /** How long the store is not asked again about a file. */
  readonly refreshMs: number;
  /** The store does not answer; what is kept goes on being used. */
  readonly stale: (user: string, path: string, error: unknown) => void;
}

/**
 * The shared files of this host's functions: `faasm://path` names a file of the function's user, else one of the user
 * `shared`. Contents are fetched when they are first asked for and kept in shared memory, one copy for all threads. Lives
 * on the main thread, and is told of all changes that this host makes.
 */
export class SharedFiles {
  readonly #store: FileStore;
  readonly #cache: FileCache;
  /** Threads that are gone, and may have asked for something before. */
  readonly #gone = new Set<number>();
  /** Listings, by who asked: those of thousands of files take the host's time, and nobody gets more of it by asking often. */
  readonly #listings = new Turns();
  readonly #holds = new SlotTable<{ readonly thread: number; readonly file: CachedFile }>();
  /** The store, for all who change files: functions see it at once. */
  readonly files: FileStore;

  constructor(options: SharedFilesOptions) {
    const { store } = options;
    this.#store = store;
    this.#cache = new FileCache(options);
    const list: FileStore['list'] = (user, prefix) => this.#listings.take(user, () => store.list(user, prefix));
    const quota = new FileQuota(list, options.userLimits);
    const { maxFileBytes } = options;
    this.files = {
      put: (user, path, bytes) =>
        this.#changing(user, path, (name) => {
          checkFileSize(name, bytes.length, maxFileBytes);
          return quota.write(user, name, bytes.length, () => store.put(user, name, bytes));
        }),
      get: (user, path) => store.get(user, path),
      stat: (user, path) => store.stat(user, path),
      remove: (user, path) => this.#changing(user, path, () => store.remove(user, path)),
      list,
    };
  }

  /** Does what a function of `user` on `thread` asks. Waits for the store; never rejects. */
  async answer(thread: number, user: string, request: FileRequest): Promise<FileAnswer> {
    try {
      return { found: await this.#do(thread, user, request) };
    } catch (error) {
      return { error: toFaasmError(error).record() };
    }
  }

  /** Contents that a thread does not use any more; see FoundFile. */
  release(holds: readonly number[]): void {
    for (const hold of holds) {
      const held = this.#holds.remove(hold);
      if (held !== undefined) this.#cache.release(held.file);
    }
  }

  /** Ends the work that it does by itself. */
  close(): void {
    this.#cache.close();
  }

  /** A thread is gone, with all that it held. */
  threadGone(thread: number): void {
    this.#gone.add(thread);
    const gone = this.#holds.slots(({ thread: holder }) => holder === thread);
    this.release(gone);
  }

  async #do(thread: number, user: string, request: FileRequest): Promise<Found> {
    const { path } = request;
    switch (request.kind) {
      case 'find':
        return this.#find(user, path);
      case 'read':
        return this.#read(thread, user, path);
      case 'list':
        return this.#list(user, path);
      case 'write':
        await this.files.put(user, path, request.bytes);
        return { kind: 'file', own: true, sizeBytes: request.bytes.length, modifiedAt: Date.now() };
      case 'remove':
        await this.files.remove(user, path);
        return { kind: 'missing' };
      case 'move':
        await this.#move(user, path, request.to);
        return { kind: 'missing' };
    }
  }

  async #find(user: string, path: string): Promise<Found> {
    const file = await this.#file(user, path);
    if (file?.facts === undefined) return { kind: (await this.#isDirectory(user, path)) ? 'directory' : 'missing' };
    return found(user, file, file.facts);
  }

  async #read(thread: number, user: string, path: string): Promise<Found> {
    for (let left = ATTEMPTS; left > 0; left -= 1) {
      const file = await this.#file(user, path);
      if (file?.facts === undefined) return this.#find(user, path);
      const bytes = await this.#cache.contents(file, user);
      // Removed meanwhile.
      if (bytes === undefined) continue;
      const hold = this.#holds.add({ thread, file });
      if (this.#gone.has(thread)) this.release([hold]);
      return { ...found(user, file, file.facts), contents: { bytes, hold } };
    }
    throw new FaasmError('STORE_UNAVAILABLE', `The file ${path} is written too often to be read; try again.`);
  }

  async #list(user: string, path: string): Promise<Found> {
    const names = new Map<string, boolean>();
    for (const owner of owners(user)) {
      const prefix = path === '' ? '' : `${path}/`;
      const entries = await this.#listings.take(user, () => this.#store.list(owner, prefix));
      await forEachInSteps(entries, (entry) => {
        const rest = entry.path.slice(prefix.length);
        const end = rest.indexOf('/');
        const name = end < 0 ? rest : rest.slice(0, end);
        // Where a name is that of a file and of a directory, the path names the file.
        names.set(name, end >= 0 && names.get(name) !== false);
      });
    }
    if (names.size > NAMES_MAX) {
      throw new FaasmError('HOST_OVERLOADED', `faasm://${path} has ${names.size} entries, more than ${NAMES_MAX}.`);
    }
    if (names.size === 0 && path !== '') return { kind: 'missing' };
    return { kind: 'directory', names: [...names].map(([name, directory]): FileName => ({ name, directory })) };
  }

  async #move(user: string, path: string, to: string): Promise<void> {
    const bytes = await this.#store.get(user, path);
    if (bytes === undefined) throw new FaasmError('FILE_NOT_FOUND', `User ${user} has no file ${path} any more.`);
    await this.files.put(user, to, bytes);
    await this.files.remove(user, path);
  }

  /** The file that `path` names for `user`: without facts, where there is none; undefined for the root. */
  async #file(user: string, path: string): Promise<CachedFile | undefined> {
    if (path === '') return undefined;
    let file: CachedFile | undefined;
    for (const owner of owners(user)) {
      file = await this.#cache.look(owner, path);
      if (file.facts !== undefined) return file;
    }
    return file;
  }

  async #isDirectory(user: string, path: string): Promise<boolean> {
    if (path === '') return true;
    for (const owner of owners(user)) if (await this.#cache.isDirectory(owner, path)) return true;
    return false;
  }

  /** Forgets what is kept of a path that changes: nobody who asks later gets the old contents, also where it failed. */
  async #changing<T>(user: string, path: string, change: (path: string) => Promise<T>): Promise<T> {
    const name = checkFilePath(path);
    try {
      return await change(name);
    } finally {
      this.#cache.forget(user, name);
    }
  }
}

function checkFileSize(path: string, sizeBytes: number, maxBytes: number): void {
  if (sizeBytes <= maxBytes) return;
  throw new FaasmError(
    'STORE_FULL',
    `The file ${path} would have ${sizeBytes} bytes, the largest may have ${maxBytes} (FAASM_MAX_FILE_BYTES).`,
  );
}

function owners(user: string): readonly string[] {
  return user === SHARED_USER ? [user] : [user, SHARED_USER];
}

function found(user: string, file: CachedFile, facts: NonNullable<CachedFile['facts']>): Found & { kind: 'file' } {
  const { sizeBytes, modifiedAt } = facts;
  return { kind: 'file', own: file.user === user, sizeBytes, modifiedAt: Date.parse(modifiedAt) };
}
