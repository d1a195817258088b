import type { CallReport } from '../executor/protocol.ts';
import type { PendingCall } from './pending-call.ts';

/** How long a call waits for memory that others may give back. */
const ROOM_WAIT_MS = 1000;
const FIRST_LOOK_MS = 10;
/** Calls of one user that wait so at the same time: for those of a user who wants all there is it is of no use. */
const WAITING_MAX = 4;

/**
 * In how many ms a call that its thread had no memory for is tried again, because idle Faaslets of other threads and state
 * that nobody uses may give way; undefined: not at all. What has run is not run again.
 */
export function roomDelayMs(pending: PendingCall, report: CallReport, now: number): number | undefined {
  const { error, runMs, longestTurnMs } = report;
  if (error?.code !== 'HOST_OVERLOADED' || runMs > 0 || longestTurnMs > 0) return undefined;
  pending.refusedAt ??= now;
  const waitedMs = now - pending.refusedAt;
  if (waitedMs >= ROOM_WAIT_MS || pending.fn.tenant.roomless >= WAITING_MAX) return undefined;
  return Math.max(FIRST_LOOK_MS, waitedMs);
}
