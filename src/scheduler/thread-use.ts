import type { PendingCall } from './pending-call.ts';
import type { PoolThread } from './thread-pool.ts';

/** A thread gets a call, which is `exclusive` where it has the thread for itself until it is suspended. */
export function enter(thread: PoolThread, pending: PendingCall, exclusive: boolean): void {
  const { user } = pending.fn.tenant;
  pending.thread = thread.handle.id;
  pending.chargedMs = pending.fn.profile.turnMs;
  thread.calls += 1;
  thread.workMs += pending.chargedMs;
  thread.users.add(user, 1);
  if (exclusive) alone(thread, pending);
}

/** A call has left its thread; undefined where nothing is known of it any more. */
export function leave(thread: PoolThread, pending: PendingCall | undefined): void {
  thread.calls -= 1;
  if (pending !== undefined) {
    share(thread, pending);
    leaveAs(thread, pending);
  }
  if (thread.calls > 0) return;
  thread.workMs = 0;
  thread.idleSince = Date.now();
}

/** The call does not hold its thread alone, or up, any more. */
export function share(thread: PoolThread, pending: PendingCall): void {
  if (thread.stuck === pending.call.id) {
    thread.stuck = undefined;
    pending.fn.tenant.stuck -= 1;
  }
  if (!pending.exclusive) return;
  pending.exclusive = false;
  thread.exclusive -= 1;
  pending.fn.tenant.exclusive -= 1;
}

/** A call of a short function holds up everybody on its thread: its user does not get another such thread meanwhile. */
export function stick(thread: PoolThread, pending: PendingCall | undefined): void {
  if (pending === undefined || pending.exclusive || thread.stuck !== undefined) return;
  thread.stuck = pending.call.id;
  pending.fn.tenant.stuck += 1;
  alone(thread, pending);
}

/** Whether others may have had to wait for the call: it had not been given the thread for itself. */
export function heldUpOthers(thread: PoolThread, { call, exclusive }: PendingCall): boolean {
  return !exclusive || thread.stuck === call.id;
}

function alone(thread: PoolThread, pending: PendingCall): void {
  pending.exclusive = true;
  thread.exclusive += 1;
  pending.fn.tenant.exclusive += 1;
}

function leaveAs(thread: PoolThread, { fn, chargedMs }: PendingCall): void {
  thread.workMs -= chargedMs;
  thread.users.add(fn.tenant.user, -1);
}
