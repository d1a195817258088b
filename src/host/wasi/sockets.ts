import type { HostContext, HostFunction } from '../context.ts';
import { define } from './define.ts';
import { fail } from './errno.ts';
import { sessionOf } from './session.ts';

/**
 * Preview 1 can only use sockets that the host opened, and this one opens none: no descriptor is a socket. A directory
 * is only a place to start paths from, like an O_PATH descriptor of Linux, and answers EBADF as that does; so a program
 * that probes for inherited sockets from descriptor 3 onwards takes the preopened root for an unused number.
 */
export const SOCKET_FUNCTIONS: readonly HostFunction[] = [
  define('sock_accept', 'iii', notSocket),
  define('sock_recv', 'iiiiii', notSocket),
  define('sock_send', 'iiiii', notSocket),
  define('sock_shutdown', 'ii', notSocket),
];

function notSocket(context: HostContext, fd: number): void {
  const { kind } = sessionOf(context).descriptors.get(fd);
  fail(kind === 'directory' ? 'BADF' : 'NOTSOCK');
}
