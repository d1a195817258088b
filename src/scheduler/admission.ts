import { CALL_SLOTS } from '../core/call-id.ts';
import { FaasmError } from '../core/errors.ts';
import { refName } from '../core/names.ts';
import type { FunctionState } from './function-state.ts';

/** What the host has to say about calls that come. */
export interface AdmissionLimits {
  /** Calls of one user that may wait for a thread while nobody else's do. */
  readonly queueLimit: number;
  /** Calls of one user under way. */
  readonly userConcurrency: number;
}

/** Calls on the host: those that wait, and all that are under way. */
export interface Occupation {
  readonly queued: number;
  readonly active: number;
}

/** Throws `CONCURRENCY_LIMIT` or `QUEUE_FULL` where another call of `fn` cannot be accepted. */
export function checkAdmission(
  { spec, active, tenant }: FunctionState,
  limits: AdmissionLimits,
  host: Occupation,
): void {
  if (active >= spec.limits.concurrency) throw tooMany(refName(spec), active, 'limits.concurrency');
  if (tenant.active >= limits.userConcurrency) {
    throw tooMany(`User ${tenant.user}`, tenant.active, 'FAASM_USER_CONCURRENCY');
  }
  // One user alone may have as many as the limit says; of several each may have less, so that there always is room for
  // the first calls of another one.
  if (tenant.waiting + host.queued < 2 * limits.queueLimit && host.active < CALL_SLOTS) return;
  throw new FaasmError(
    'QUEUE_FULL',
    `${host.queued} calls are waiting, ${tenant.waiting} of them of user ${tenant.user}: no more are accepted; try again later.`,
  );
}

function tooMany(who: string, count: number, setting: string): FaasmError {
  return new FaasmError(
    'CONCURRENCY_LIMIT',
    `${who} has ${count} calls under way, the most it may have on a host (${setting}); try again later.`,
  );
}
