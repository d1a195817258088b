import { ERROR_TABLE, type ErrorRecord } from '../core/errors.ts';
import type { PendingCall } from './pending-call.ts';

const BACKOFF_MS = 100;

/**
 * How long to wait before a call that failed with `error` is tried again, in ms; undefined: not at all. What has sent
 * output already is not tried again, its reader would get the output twice.
 */
export function retryDelayMs(pending: PendingCall, error: ErrorRecord): number | undefined {
  const { retries } = pending.fn.document.settings;
  if (retries === undefined || pending.attempt > retries.max || pending.output.sizeBytes > 0) return undefined;
  // The host is about to end, or the caller does not want the call any more.
  if (error.code === 'SHUTTING_DOWN' || error.code === 'CANCELLED') return undefined;
  const worthIt = retries.on === undefined ? ERROR_TABLE[error.code].retryable : retries.on.includes(error.code);
  return worthIt ? (retries.backoffMs ?? BACKOFF_MS) * 2 ** (pending.attempt - 1) : undefined;
}
