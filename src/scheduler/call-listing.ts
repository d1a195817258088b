import type { CallState } from '../core/call.ts';
import type { CallFilter, CallStatus } from '../core/ports.ts';
import type { PendingCall } from './pending-call.ts';

/** What is known of a call that has not ended. */
export function pendingStatus({ call, fn, thread, submittedAt: at }: PendingCall): CallStatus {
  return { state: thread === undefined ? 'queued' : 'running', call, version: fn.spec.version, submittedAt: at };
}

/** Those of `calls` that a filter asks for, newest first. */
export function listCalls(calls: readonly CallStatus[], filter: CallFilter): CallStatus[] {
  const { user, function: name, state, limit } = filter;
  const wanted = (status: CallStatus): boolean =>
    (user === undefined || status.call.user === user) &&
    (name === undefined || status.call.function === name) &&
    (state === undefined || state === stateOf(status));
  return calls
    .filter(wanted)
    .sort((a, b) => submittedAt(b) - submittedAt(a))
    .slice(0, limit);
}

function stateOf(status: CallStatus): CallState {
  return status.state === 'done' ? status.result.status : status.state;
}

function submittedAt(status: CallStatus): number {
  return status.state === 'done' ? status.result.times.submittedAt : status.submittedAt;
}
