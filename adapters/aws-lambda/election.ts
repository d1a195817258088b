import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Takes the place `name`, which one thread of a process can hold at a time; answers how to give it up, or undefined when
 * another thread holds it. The system decides, by a socket's address that can be bound once. (Node's own locks for
 * threads keep those that wait from getting answers of native modules, such as AWS's client.)
 */
export async function takePlace(name: string): Promise<(() => void) | undefined> {
  const server = createServer();
  try {
    // An abstract address: no file is left behind.
    await once(server.listen(`\0${name}-${process.pid}`), 'listening');
  } catch (error) {
    if ((error as { code?: string }).code === 'EADDRINUSE') return undefined;
    throw error;
  }
  return () => server.close();
}
