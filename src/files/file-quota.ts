import { FaasmError } from '../core/errors.ts';
import type { FileStore } from '../core/ports.ts';

/** How long a count is taken to be right: what other hosts write and remove is noticed so late. */
const COUNT_MS = 60_000;

/**
 * What the shared files of each user may take in the store. Counts by listing, seldom: writes in between are added as if
 * they replaced nothing, and what then seems too much is counted again.
 */
export class FileQuota {
  readonly #store: FileStore;
  readonly #limitBytes: number;
  readonly #counts = new Map<string, { bytes: number; readonly countedAt: number }>();

  constructor(store: FileStore, limitBytes: number) {
    this.#store = store;
    this.#limitBytes = limitBytes;
  }

  /** Asks for room for a file. Waits for the store; throws `STORE_FULL` and what the store throws. */
  async take(user: string, path: string, sizeBytes: number): Promise<void> {
    const known = this.#counts.get(user);
    const fresh = known !== undefined && Date.now() - known.countedAt < COUNT_MS;
    if (fresh && known.bytes + sizeBytes <= this.#limitBytes) {
      known.bytes += sizeBytes;
      return;
    }
    const countedAt = Date.now();
    const files = await this.#store.list(user, '');
    const others = files.reduce((sum, file) => (file.path === path ? sum : sum + file.sizeBytes), 0);
    this.#counts.set(user, { bytes: others + sizeBytes, countedAt });
    if (others + sizeBytes <= this.#limitBytes) return;
    this.#counts.delete(user);
    throw new FaasmError(
      'STORE_FULL',
      `The shared files of user ${user} would have ${others + sizeBytes} bytes, ${this.#limitBytes} are allowed ` +
        '(FAASM_USER_FILE_BYTES): remove some.',
    );
  }
}
