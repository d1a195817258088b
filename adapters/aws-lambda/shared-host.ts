import { threadId } from 'node:worker_threads';
import { toFaasmError } from '../../src/index.ts';
import { CHANNELS, type FromHost, post } from './channels.ts';
import { takePlace } from './election.ts';
import type { LambdaHost } from './host.ts';
import { RemoteHost } from './remote-host.ts';
import { serveHost } from './serve-host.ts';

/**
 * One host for all threads that AWS starts in a process, each of which loads this module: so they share its Faaslets and
 * regions. The thread that comes first starts it, the others hand their events over. (When a thread ends, AWS's client
 * ends the process.) Waits until there is a host; rejects when it cannot start.
 */
export async function sharedHost(start: () => Promise<LambdaHost>): Promise<LambdaHost> {
  // It listens before there can be a host.
  const remote = new RemoteHost(threadId);
  const leave = await takePlace('faasm-lambda');
  if (leave === undefined) {
    await remote.found;
    return remote;
  }
  try {
    const host = await start();
    serveHost(host);
    return host;
  } catch (error) {
    post<FromHost>(CHANNELS.threads, { kind: 'noHost', ...toFaasmError(error).record() });
    leave();
    throw error;
  }
}
