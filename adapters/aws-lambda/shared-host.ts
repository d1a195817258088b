import { locks, threadId } from 'node:worker_threads';
import type { LambdaHost } from './host.ts';
import { RemoteHost } from './remote-host.ts';
import { serveHost } from './serve-host.ts';

const LOCK = 'faasm-lambda-host';
const FOREVER = new Promise<never>(() => undefined);

/**
 * One host for all threads that AWS starts in a process, each of which loads this module: so they share its Faaslets and
 * regions. The thread that comes first starts it, the others hand their events over. When that thread ends, the next one
 * takes its place: the events it had fail with `THREAD_LOST`. Waits until there is a host; rejects when it cannot start.
 */
export async function sharedHost(start: () => Promise<LambdaHost>): Promise<LambdaHost> {
  const remote = new RemoteHost(threadId);
  const own = Promise.withResolvers<void>();
  let local: LambdaHost | undefined;
  // The lock goes to the next thread when its holder ends, however it does.
  const turn = locks.request(LOCK, async () => {
    local = await start();
    serveHost(local, threadId);
    own.resolve();
    return FOREVER;
  });
  await Promise.race([own.promise, remote.found, turn]);
  return {
    invoke: (event, invocation) => (local ?? remote).invoke(event, invocation),
    stream: (event, invocation, sink) => (local ?? remote).stream(event, invocation, sink),
  };
}
