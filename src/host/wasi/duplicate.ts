import type { HostContext, HostFunction } from '../context.ts';
import { define } from './define.ts';
import { Failure } from './errno.ts';
import { sessionOf } from './session.ts';

/** What WASI lacks of descriptors and Faasm has, module `env`. */
export const DUPLICATE_FUNCTIONS: readonly HostFunction[] = [
  define('__wasi_fd_dup', 'ii', duplicateTo),
  { name: 'dup', params: ['i32'], result: 'i32', call: duplicate },
];

/** `__wasi_fd_dup(fd, result)`: stores the new number at `result`. */
function duplicateTo(context: HostContext, fd: number, result: number): void {
  context.memory.check(result, 4); // before there is another descriptor
  context.memory.setU32(result, sessionOf(context).descriptors.duplicate(fd));
}

/** `dup(fd)` as libraries without a WASI error number have it: -1 for any failure. */
function duplicate(context: HostContext, fd: number): number {
  try {
    return sessionOf(context).descriptors.duplicate(fd);
  } catch (thrown) {
    if (thrown instanceof Failure) return -1;
    throw thrown;
  }
}
