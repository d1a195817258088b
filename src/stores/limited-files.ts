import { FaasmError } from '../core/errors.ts';
import type { FileStore } from '../core/ports.ts';

/** How long the sum of a user's files is taken for right; other hosts may write, too. */
const COUNTED_MS = 60_000;

/** The bytes of one user's files, as far as this host knows, and when it counted them (epoch ms). */
interface Count {
  readonly sum: Promise<{ bytes: number }>;
  readonly countedAt: number;
}

/** Options of {@link limitedFiles}. */
export interface LimitedFilesOptions {
  /** Bytes of files that one user may keep. */
  readonly userLimitBytes: number;
  /** Epoch ms; for tests. */
  readonly now?: () => number;
}

/**
 * `files`, where a user may keep so many bytes: `put` throws `STORE_FULL` beyond. Files are counted once in a while, so
 * hosts that write for one user at the same time may exceed the limit by what they write meanwhile.
 */
export function limitedFiles(files: FileStore, { userLimitBytes, now = Date.now }: LimitedFilesOptions): FileStore {
  const counts = new Map<string, Count>();

  function sumOf(user: string): Count['sum'] {
    const known = counts.get(user);
    if (known !== undefined && now() - known.countedAt < COUNTED_MS) return known.sum;
    const sum = count(user);
    counts.set(user, { sum, countedAt: now() });
    sum.catch(() => counts.delete(user));
    return sum;
  }

  async function count(user: string): Count['sum'] {
    const entries = await files.list(user, '');
    return { bytes: entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
  }

  async function sizeOf(user: string, path: string): Promise<number> {
    return (await files.stat(user, path))?.sizeBytes ?? 0;
  }

  return {
    ...files,
    async put(user, path, bytes) {
      const before = await sizeOf(user, path);
      const sum = await sumOf(user);
      const more = bytes.length - before;
      if (more > 0 && sum.bytes + more > userLimitBytes) {
        throw new FaasmError(
          'STORE_FULL',
          `User ${user} would have ${sum.bytes + more} bytes of files, ${userLimitBytes} are allowed (FAASM_USER_FILE_BYTES): remove some.`,
        );
      }
      // Counted before it is written, so that files that are written at the same time see each other.
      sum.bytes += more;
      try {
        await files.put(user, path, bytes);
      } catch (error) {
        sum.bytes -= more;
        throw error;
      }
    },
    async remove(user, path) {
      const before = await sizeOf(user, path);
      const removed = await files.remove(user, path);
      const sum = await counts.get(user)?.sum;
      if (removed && sum !== undefined) sum.bytes -= before;
      return removed;
    },
  };
}
