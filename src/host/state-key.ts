import { checkKey } from '../core/names.ts';
import type { HostContext } from './context.ts';
import { refuse } from './refuse.ts';

/**
 * The state key at `address`, NUL-terminated, if the function may use state that way. Ends the call with
 * `GRANT_MISSING`, `BAD_POINTER` or `INVALID_NAME`.
 */
export function keyAt(context: HostContext, address: number, use: 'read' | 'write'): string {
  const { state } = context.grants;
  if (state === 'none' || (use === 'write' && state === 'read')) {
    refuse(
      context,
      `The function may ${state === 'read' ? 'only read state' : 'use no state'}: its document has grants.state = ${state}.`,
    );
  }
  return checkKey(context.memory.string(address));
}
