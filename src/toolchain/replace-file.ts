import { realpath, rename, rm, stat } from 'node:fs/promises';

/**
 * Has `write` write what is to be the file `path`: beside it, to take its place once all of it is there, so that nobody sees
 * half of it. Links are followed. What is no regular file, such as /dev/null or a pipe, is written to and not replaced.
 * Rejects as `write` and the file system do, and leaves what was there.
 */
export async function replaceFile(path: string, write: (path: string) => Promise<void>): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const found = await stat(target).catch(() => undefined);
  if (found !== undefined && !found.isFile()) return write(target);
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    await write(temporary);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
