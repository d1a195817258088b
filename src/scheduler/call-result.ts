import type { CallResult, LayerName } from '../core/call.ts';
import type { ErrorRecord } from '../core/errors.ts';
import { type Limits, PAGE_BYTES } from '../core/limits.ts';
import type { CallReport } from '../executor/protocol.ts';
import type { PendingCall } from './pending-call.ts';

/** Where a call ran, or would have run. */
export interface CallPlace {
  readonly host: string;
  readonly thread: number;
  readonly layer: LayerName;
}

/** The result of a call that its thread reports. `now` in epoch ms. */
export function reportedResult(pending: PendingCall, report: CallReport, place: CallPlace, now: number): CallResult {
  return {
    id: report.id,
    status: report.error === undefined ? 'success' : 'failed',
    version: pending.fn.spec.version,
    traceparent: pending.traceparent,
    attempt: pending.attempt,
    ...(report.returnValue === undefined ? {} : { returnValue: report.returnValue }),
    attributes: {},
    output: pending.output,
    log: report.log,
    ...(report.error === undefined ? {} : { error: report.error }),
    times: {
      submittedAt: pending.submittedAt,
      queuedMs: Math.max(0, now - pending.submittedAt - report.initMs - report.runMs),
      initMs: report.initMs,
      runMs: report.runMs,
      ...(place.layer === 'native' ? { cpuMs: report.cpuMs } : {}),
    },
    placement: { host: place.host, thread: place.thread },
    layer: place.layer,
    start: report.start,
    peakMemoryBytes: report.peakPages * PAGE_BYTES,
    peakFileBytes: report.peakFileBytes,
    peakOpenFiles: report.peakOpenFiles,
    limits: limitsOf(pending),
  };
}

/** The result of a call that the host ends without its thread's report. */
export function failedResult(pending: PendingCall, error: ErrorRecord, place: CallPlace, now: number): CallResult {
  const report: CallReport = {
    id: pending.call.id,
    error,
    output: [],
    log: new Uint8Array(0),
    start: 'cold',
    initMs: 0,
    runMs: 0,
    cpuMs: 0,
    longestTurnMs: 0,
    peakPages: 0,
    peakFileBytes: 0,
    peakOpenFiles: 0,
  };
  return reportedResult(pending, report, place, now);
}

/** The function's limits, with those that the call itself has lowered. */
function limitsOf({ fn, timeoutMs, cpuMs }: PendingCall): Limits {
  const { limits } = fn.spec;
  // Nearly always the function's own: not worth another object for each call.
  return timeoutMs === limits.timeoutMs && cpuMs === limits.cpuMs ? limits : { ...limits, timeoutMs, cpuMs };
}
