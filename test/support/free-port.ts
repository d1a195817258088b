import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections, which would take one while its server is away. */
const [FIRST, LAST] = [10_000, 20_000];
/** The servers of a Redis cluster speak to each other at their port plus this. */
const BUS = 10_000;

/**
 * A port of the loopback interface for a server that must be told one, or that comes back to it after a restart. Nobody
 * listens there, nor at that number plus 10000.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST);
    if ((await isFree(port)) && (await isFree(port + BUS))) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((done) => {
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}
