import type { HostContext, HostFunction, MaybePromise, StateLock } from './context.ts';
import { keyAt } from './state-key.ts';

/**
 * Locks of state keys, module `env`. What a call has locked is unlocked when it ends, however it ends. Needs the grant to
 * write, even to read: whoever has a lock keeps writers waiting.
 */
export const STATE_LOCK_FUNCTIONS: readonly HostFunction[] = (['read', 'write', 'global'] as const).flatMap((lock) => [
  lockFunction(`__faasm_lock_state_${lock}`, lock, 'lock'),
  lockFunction(`__faasm_unlock_state_${lock}`, lock, 'unlock'),
]);

function lockFunction(name: string, lock: StateLock, does: 'lock' | 'unlock'): HostFunction {
  return {
    name,
    params: ['i32'],
    waits: true,
    call: (context: HostContext, key: number): MaybePromise<void> =>
      context.state[does](keyAt(context, key, 'write'), lock),
  };
}
