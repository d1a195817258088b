import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { FaasmError } from '../core/errors.ts';
import { errno } from './folder-errors.ts';

/**
 * Makes the folder `path`, which must be there, this process's own among those of this machine, until what it answers is called
 * or the process ends. It is a name in the kernel, so that a crash leaves nothing behind. Throws `STATE_UNAVAILABLE` when
 * another process has it.
 */
export async function claimFolder(path: string): Promise<() => Promise<void>> {
  const name = createHash('sha256')
    .update(await realpath(path))
    .digest('hex');
  const server = createServer((socket) => socket.destroy());
  try {
    await new Promise<void>((done, reject) => {
      server.once('error', reject);
      server.listen(`\0faasm-state-${name}`, () => done());
    });
  } catch (error) {
    if (errno(error) !== 'EADDRINUSE') throw error;
    throw new FaasmError(
      'STATE_UNAVAILABLE',
      `The folder ${path} is used by another host on this machine: stop it, give this one a folder of its own, or share ` +
        'state by Redis (FAASM_STATE=redis).',
    );
  }
  server.unref();
  return () =>
    new Promise((done) => {
      server.close(() => done());
    });
}
