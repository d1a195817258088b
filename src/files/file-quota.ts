import { FaasmError } from '../core/errors.ts';
import type { FileStore } from '../core/ports.ts';

/** How long a count is taken to be right: what other hosts write and remove is noticed so late. */
const COUNT_MS = 60_000;

/**
 * What the shared files of each user may take in the store. Counts by listing, seldom: writes in between are added as if
 * they replaced nothing, and what then seems too much is counted again. Writes under way count as if they were there.
 */
export class FileQuota {
  readonly #store: FileStore;
  readonly #limitBytes: number;
  readonly #counts = new Map<string, { bytes: number; readonly countedAt: number }>();
  /** Listings under way: whoever asks meanwhile waits for the same one. */
  readonly #counting = new Map<string, Promise<Map<string, number>>>();
  readonly #writing = new Set<{ readonly user: string; readonly path: string; readonly sizeBytes: number }>();

  constructor(store: FileStore, limitBytes: number) {
    this.#store = store;
    this.#limitBytes = limitBytes;
  }

  /** Does `write` if there is room for the file. Waits for the store; throws `STORE_FULL` and what the store throws. */
  async write(user: string, path: string, sizeBytes: number, write: () => Promise<void>): Promise<void> {
    await this.#take(user, path, sizeBytes);
    const writing = { user, path, sizeBytes };
    this.#writing.add(writing);
    try {
      await write();
    } finally {
      this.#writing.delete(writing);
    }
  }

  async #take(user: string, path: string, sizeBytes: number): Promise<void> {
    const known = this.#counts.get(user);
    const fresh = known !== undefined && Date.now() - known.countedAt < COUNT_MS && !this.#counting.has(user);
    if (fresh && known.bytes + sizeBytes <= this.#limitBytes) {
      known.bytes += sizeBytes;
      return;
    }
    const countedAt = Date.now();
    const sizes = await this.#count(user);
    // Nothing waits from here on, so that those who shared the listing see each other.
    let bytes = sizeBytes;
    for (const [other, size] of sizes) if (other !== path) bytes += size;
    if (bytes <= this.#limitBytes) {
      sizes.set(path, sizeBytes);
      this.#counts.set(user, { bytes, countedAt });
      return;
    }
    this.#counts.delete(user);
    throw new FaasmError(
      'STORE_FULL',
      `The shared files of user ${user} would have ${bytes} bytes, ${this.#limitBytes} are allowed ` +
        '(FAASM_USER_FILE_BYTES): remove some.',
    );
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
    const writing = [...this.#writing].filter((each) => each.user === user);
    const files = await this.#store.list(user, '');
    const sizes = new Map(files.map((file) => [file.path, file.sizeBytes]));
    for (const { path, sizeBytes } of writing) sizes.set(path, Math.max(sizeBytes, sizes.get(path) ?? 0));
    return sizes;
  }
}
