import type { CallReport } from '../executor/protocol.ts';
import type { PendingCall } from './pending-call.ts';
import { LONG_TURN_MS } from './placement.ts';
import type { Tenants } from './tenants.ts';
import type { PoolThread } from './thread-pool.ts';
import { heldUpOthers } from './thread-use.ts';

/** CPU time of a turn that nobody takes for a short one that had bad luck. */
const FRAUD_MS = 50;

/** What the report of a call on `thread` says of its function and its user. `now` in epoch ms. */
export function learnFromReport(
  tenants: Tenants,
  thread: PoolThread,
  pending: PendingCall,
  report: Pick<CallReport, 'cpuMs' | 'longestTurnMs' | 'start'>,
  now: number,
): void {
  const { fn, chargedMs } = pending;
  const { profile, tenant } = fn;
  const { cpuMs, longestTurnMs, start } = report;
  if (profile.kind === 'short' && heldUpOthers(thread, pending) && start !== 'cold' && longestTurnMs >= FRAUD_MS) {
    tenants.distrust(tenant, now);
  }
  profile.observe(longestTurnMs, start);
  // CPU time is not known everywhere; the longest turn always is.
  tenants.charge(tenant, Math.max(cpuMs, longestTurnMs) - chargedMs);
}

/** What the turn after which a call was suspended for the first time says of its function. */
export function learnFromFirstTurn({ fn }: PendingCall, turnMs: number): void {
  // A slow first turn may have been compilation: only a quick one says something.
  if (turnMs <= LONG_TURN_MS) fn.profile.observe(turnMs, 'cold');
}
