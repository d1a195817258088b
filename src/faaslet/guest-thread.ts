import type { Budget } from '../core/budget.ts';
import { isFaasmError } from '../core/errors.ts';
import type { HostContext } from '../host/context.ts';
import type { Guard, MemoryLayer } from '../layer/layer.ts';
import type { MemoryPool } from './memory-pool.ts';

/** What all Faaslets of one thread share. One guest runs at a time, and `current` says whose turn it is. */
export interface GuestThread {
  readonly layer: MemoryLayer;
  readonly guard: Guard;
  readonly memories: MemoryPool;
  readonly budget: Budget;
  /** See makeTrap(): ends the guest whatever it catches. */
  readonly trap: unknown;
  current: HostContext;
  /** Gives back what the Faaslet that has been idle the longest holds; false when there is none. */
  evictIdle(): boolean;
}

/** Host state as the guard and its watchdog see it: flags[0]. */
const IN_GUEST = 0;
const IN_HOST = 1;

/**
 * Wraps a host function as modules import it: marks the thread as in a host call, which the watchdog never cuts, and
 * looks at the kill flag on the way in and out. Whatever the host throws ends the guest by a trap, never by an error
 * that the guest could catch.
 */
export function hostCall(
  thread: GuestThread,
  // biome-ignore lint/suspicious/noExplicitAny: the wasm signature, checked at upload, types the arguments
  call: (guest: HostContext, ...args: any[]) => unknown,
): (...args: unknown[]) => unknown {
  const { flags } = thread.guard;
  const { trap } = thread;
  // Nine named parameters, the most that any import has, are several times faster than rest parameters.
  return (a, b, c, d, e, f, g, h, i) => {
    Atomics.store(flags, 0, IN_HOST);
    if (Atomics.load(flags, 1) !== 0) throw trap;
    let result: unknown;
    try {
      result = call(thread.current, a, b, c, d, e, f, g, h, i);
    } catch (error) {
      if (error !== trap) endGuest(thread.current, error);
      throw trap;
    }
    Atomics.store(flags, 0, IN_GUEST);
    if (Atomics.load(flags, 1) !== 0) throw trap;
    return result;
  };
}

/** Records why the host ends the guest; `fail` itself throws the trap, which the caller throws anyway. */
function endGuest(guest: HostContext, error: unknown): void {
  try {
    if (isFaasmError(error)) guest.fail(error.code, error.message);
    guest.fail('INTERNAL', `A host function failed: ${(error as { stack?: string })?.stack ?? String(error)}`);
  } catch {
    // The trap; hostCall throws it.
  }
}

/** Whether the watchdog wants the current turn to end. */
export function killRequested(thread: GuestThread): boolean {
  return Atomics.load(thread.guard.flags, 1) !== 0;
}
