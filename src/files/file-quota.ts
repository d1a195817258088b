import { setTimeout as pause } from 'node:timers/promises';
import { FaasmError } from '../core/errors.ts';
import type { FileStore } from '../core/ports.ts';

/** How long a count is taken to be right: what other hosts write and remove is noticed so late. */
const COUNT_MS = 60_000;
/** Most of the time that counting the files of one user takes: who has many, and no room, waits with its next write. */
const COUNTING_SHARE = 0.1;

/** A number of files, and their sizes together. */
export interface FileTotals {
  readonly files: number;
  readonly bytes: number;
}

/** What is about to be written. */
interface Write {
  readonly user: string;
  readonly path: string;
  readonly sizeBytes: number;
}

/**
 * What the shared files of each user may take in the store. Counts by listing, seldom: writes in between are added as if
 * they replaced nothing, and what then seems too much is counted again. Writes under way count as if they were there.
 */
export class FileQuota {
  readonly #listFiles: FileStore['list'];
  readonly #limits: FileTotals;
  readonly #counts = new Map<string, { readonly totals: FileTotals; readonly countedAt: number }>();
  /** Listings under way: whoever asks meanwhile waits for the same one. */
  readonly #counting = new Map<string, Promise<Map<string, number>>>();
  /** By when the next listing of a user may begin (`performance.now()`). */
  readonly #restedAt = new Map<string, number>();
  readonly #writing = new Set<Write>();

  constructor(list: FileStore['list'], limits: FileTotals) {
    this.#listFiles = list;
    this.#limits = limits;
  }

  /** Does `write` if there is room for the file. Waits for the store; throws `STORE_FULL` and what the store throws. */
  async write(user: string, path: string, sizeBytes: number, write: () => Promise<void>): Promise<void> {
    const writing = { user, path, sizeBytes };
    await this.#take(writing);
    this.#writing.add(writing);
    try {
      await write();
    } finally {
      this.#writing.delete(writing);
    }
  }

  async #take(write: Write): Promise<void> {
    const { user, path, sizeBytes } = write;
    const known = this.#counts.get(user);
    if (known !== undefined && Date.now() - known.countedAt < COUNT_MS && !this.#counting.has(user)) {
      const totals = sumOf(known.totals, sizeBytes);
      if (this.#isAllowed(totals)) {
        this.#counts.set(user, { ...known, totals });
        return;
      }
    }
    const countedAt = Date.now();
    const sizes = await this.#count(user);
    // Nothing waits from here on, so that those who shared the listing see each other.
    const before = sizes.get(path);
    sizes.set(path, sizeBytes);
    const totals = [...sizes.values()].reduce(sumOf, { files: 0, bytes: 0 });
    if (this.#isAllowed(totals) || (before !== undefined && sizeBytes <= before)) {
      this.#counts.set(user, { totals, countedAt });
      return;
    }
    if (before === undefined) sizes.delete(path);
    else sizes.set(path, before);
    this.#counts.delete(user);
    throw this.#tooMuch(user, totals);
  }

  #isAllowed({ files, bytes }: FileTotals): boolean {
    return files <= this.#limits.files && bytes <= this.#limits.bytes;
  }

  #tooMuch(user: string, { files, bytes }: FileTotals): FaasmError {
    const why =
      files > this.#limits.files
        ? `User ${user} would have ${files} shared files, ${this.#limits.files} are allowed (FAASM_USER_FILES)`
        : `The shared files of user ${user} would have ${bytes} bytes, ${this.#limits.bytes} are allowed ` +
          '(FAASM_USER_FILE_BYTES)';
    return new FaasmError('STORE_FULL', `${why}: remove some.`);
  }

  /** Sizes of the user's files by path. */
  #count(user: string): Promise<Map<string, number>> {
    const under = this.#counting.get(user);
    if (under !== undefined) return under;
    const counting = this.#list(user).finally(() => this.#counting.delete(user));
    this.#counting.set(user, counting);
    return counting;
  }

  async #list(user: string): Promise<Map<string, number>> {
    const restMs = (this.#restedAt.get(user) ?? 0) - performance.now();
    if (restMs > 0) await pause(restMs, undefined, { ref: false });
    const beganAt = performance.now();
    const writing = [...this.#writing].filter((each) => each.user === user);
    const files = await this.#listFiles(user, '');
    const sizes = new Map(files.map((file) => [file.path, file.sizeBytes]));
    for (const { path, sizeBytes } of writing) sizes.set(path, Math.max(sizeBytes, sizes.get(path) ?? 0));
    const now = performance.now();
    this.#restedAt.set(user, now + Math.min((now - beganAt) / COUNTING_SHARE, COUNT_MS));
    return sizes;
  }
}

function sumOf({ files, bytes }: FileTotals, sizeBytes: number): FileTotals {
  return { files: files + 1, bytes: bytes + sizeBytes };
}
