import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeHash } from './code-hash.ts';
import { ifThere } from './folder-errors.ts';

const FILE = /^[0-9a-f]{64}\.wasm(?:\.[0-9a-f]{16}\.tmp)?$/;
/** A link is not followed, and a pipe does not make us wait for its other end. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A cache of code by its hash, on this host. No method rejects: a cache that fails only costs time. */
export interface CodeCache {
  /** Code whose hash has been verified, owned by the caller; undefined when it is not there. */
  get(sha256: string): Promise<Uint8Array | undefined>;
  /** Keeps code; `wasm` stays the caller's. */
  put(sha256: string, wasm: Uint8Array): Promise<void>;
}

/** Options of {@link codeCache}. */
export interface CodeCacheOptions {
  /** Made when it is missing, for its owner only. Several processes may use it at the same time. */
  readonly folder: string;
  /** What is in the folder when more has been put into it: the code that was used last. */
  readonly maxBytes: number;
  /** Told the first error, of a disk that is full or read-only for example. */
  readonly trouble?: (error: unknown) => void;
}

interface CachedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly usedAt: number;
}

/** Code in files of a folder. Nothing in the folder is trusted: what has another hash than it should is removed. */
export function codeCache(options: CodeCacheOptions): CodeCache {
  const { folder, maxBytes } = options;
  let { trouble } = options;

  /** Runs `work`; a failure is told once, and nothing comes of it. */
  async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ifThere(work());
    } catch (error) {
      trouble?.(error);
      trouble = undefined;
      return undefined;
    }
  }

  async function read(path: string, sha256: string): Promise<Uint8Array | undefined> {
    const wasm = new Uint8Array(await readFile(path, { flag: READ }));
    if (codeHash(wasm) === sha256) return wasm;
    await rm(path, { force: true });
    return undefined;
  }

  async function write(path: string, wasm: Uint8Array): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`;
    try {
      await writeFile(temporary, wasm, { flag: 'wx', mode: 0o600 });
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  /**
   * Removes what was not used for longest until the rest is within the limit; what crashed processes left, too. Never
   * `newest`: times are too coarse to tell that it is.
   */
  async function evict(newest: string): Promise<void> {
    const files = await cachedFiles(folder);
    let total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    for (const { path, sizeBytes } of files.sort((a, b) => a.usedAt - b.usedAt)) {
      if (total <= maxBytes) return;
      if (path === newest) continue;
      await rm(path, { force: true });
      total -= sizeBytes;
    }
  }

  const pathOf = (sha256: string): string => join(folder, `${sha256}.wasm`);
  return {
    async get(sha256) {
      const path = pathOf(sha256);
      const wasm = await attempt(() => read(path, sha256));
      const now = new Date();
      if (wasm !== undefined) await attempt(() => utimes(path, now, now));
      return wasm;
    },
    async put(sha256, wasm) {
      if (wasm.length > maxBytes) return;
      await attempt(async () => {
        await write(pathOf(sha256), wasm);
        await evict(pathOf(sha256));
      });
    },
  };
}

async function cachedFiles(folder: string): Promise<CachedFile[]> {
  const files: CachedFile[] = [];
  for (const name of await readdir(folder)) {
    if (!FILE.test(name)) continue;
    const path = join(folder, name);
    // Another process may be evicting, too.
    const stats = await ifThere(lstat(path));
    if (stats !== undefined) files.push({ path, sizeBytes: stats.size, usedAt: stats.mtimeMs });
  }
  return files;
}
