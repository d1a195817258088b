import { type ErrorRecord, toFaasmError } from '../core/errors.ts';
import { type GuestThread, killRequested } from '../faaslet/guest-thread.ts';
import type { ResumeWork, Suspension } from './suspension.ts';

/**
 * Inside the guard: does the rest of the host call that the guest waits in, then lets the guest go on; waits on where the
 * work has begun another wait; unwinds the guest where it has to end. An error of the work becomes the guest's own.
 */
export function resumeGuest(
  suspension: Suspension,
  work: ResumeWork,
  guest: { error: ErrorRecord | undefined },
  thread: GuestThread,
): void {
  const { trap, guard } = thread;
  // Cancelled while it waited for its turn.
  if (guest.error !== undefined) return suspension.reject(trap);
  // As in every host call: not to be cut, but to look at the kill flag on the way out.
  Atomics.store(guard.flags, 0, 1);
  let value: unknown;
  try {
    value = work();
  } catch (error) {
    if (error !== trap) guest.error ??= toFaasmError(error).record();
    return suspension.reject(trap, true);
  }
  Atomics.store(guard.flags, 0, 0);
  const continues = suspension.continues(value);
  if (killRequested(thread)) suspension.reject(trap, !continues);
  else if (!continues) suspension.resume(value);
}
