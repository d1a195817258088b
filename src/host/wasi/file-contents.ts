import type { HostContext } from '../context.ts';
import { sessionOf } from './session.ts';
import { RIGHT } from './types.ts';

/**
 * What fills a buffer with the contents of the open file `fd` from `offset` on, as far as they reach; undefined where
 * `fd` is no file that may be read. The position of the descriptor stays.
 */
export function fileReader(
  context: HostContext,
  fd: number,
  offset: bigint,
): ((target: Uint8Array) => void) | undefined {
  const { descriptors, pace } = sessionOf(context);
  const descriptor = descriptors.find(fd);
  if (descriptor?.kind !== 'file' || (descriptor.rights & RIGHT.FD_READ) === 0) return undefined;
  if (offset < 0n || offset > Number.MAX_SAFE_INTEGER) return undefined;
  return (target) => void descriptor.node.read(Number(offset), target, pace);
}
