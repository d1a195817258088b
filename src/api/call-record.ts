import type { CallState } from '../core/call.ts';
import { DEFAULT_LIMITS } from '../core/limits.ts';
import type { CallStatus } from '../core/ports.ts';
import { ERROR_BODY } from './error-body.ts';
import { CALL_ID } from './parameters.ts';
import { LIMIT_PROPERTIES } from './v1/function-schemas.ts';

/** What is known of a call, as JSON: {@link CALL_RECORD} describes it. */
export function callRecord(status: CallStatus): object {
  const { call, version } = status;
  const { contentType } = call;
  const record = { id: call.id, user: call.user, function: call.function, version, state: callState(status) };
  const asked = contentType === undefined ? {} : { contentType };
  if (status.state !== 'done') return { ...record, times: { submittedAt: isoTime(status.submittedAt) }, ...asked };
  const { result, outputBytes } = status;
  const { submittedAt, queuedMs, initMs, runMs, cpuMs } = result.times;
  return {
    ...record,
    ...(result.returnValue === undefined ? {} : { returnValue: result.returnValue }),
    ...(result.error === undefined ? {} : { error: result.error }),
    start: result.start,
    layer: result.layer,
    times: {
      submittedAt: isoTime(submittedAt),
      queuedMs: toMicroseconds(queuedMs),
      initMs: toMicroseconds(initMs),
      runMs: toMicroseconds(runMs),
      ...(cpuMs === undefined ? {} : { cpuMs: toMicroseconds(cpuMs) }),
    },
    peakMemoryBytes: result.peakMemoryBytes,
    outputBytes,
    logBytes: result.log.length,
    peakFileBytes: result.peakFileBytes,
    peakOpenFiles: result.peakOpenFiles,
    limits: result.limits,
    attempt: result.attempt,
    host: result.placement.host,
    thread: result.placement.thread,
    traceparent: result.traceparent,
    ...asked,
  };
}

/** Where a call is. */
export function callState(status: CallStatus): CallState {
  return status.state === 'done' ? status.result.status : status.state;
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** More digits than these are noise. */
function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

const MS = { type: 'number', minimum: 0 } as const;
const COUNT = { type: 'integer', minimum: 0 } as const;

/** What a call record looks like. */
export const CALL_RECORD = {
  type: 'object',
  required: ['id', 'user', 'function', 'version', 'state', 'times'],
  properties: {
    id: CALL_ID,
    user: { type: 'string' },
    function: { type: 'string' },
    version: { type: 'string', description: 'Id of the version that runs or ran.' },
    state: { type: 'string', enum: ['queued', 'running', 'success', 'failed'] },
    returnValue: { type: 'integer', description: 'Absent when the function did not get that far.' },
    error: ERROR_BODY,
    start: { type: 'string', enum: ['cold', 'fresh', 'restored', 'warm'], description: 'How its Faaslet came to be.' },
    layer: { type: 'string', enum: ['native', 'portable'] },
    times: {
      type: 'object',
      required: ['submittedAt'],
      properties: {
        submittedAt: { type: 'string', format: 'date-time' },
        queuedMs: { ...MS, description: 'Waiting for a thread.' },
        initMs: { ...MS, description: 'Making or restoring the Faaslet.' },
        runMs: { ...MS, description: 'Running and suspended: what the timeout bounds.' },
        cpuMs: { ...MS, description: 'Absent where the layer cannot measure it.' },
      },
    },
    peakMemoryBytes: COUNT,
    outputBytes: COUNT,
    logBytes: COUNT,
    peakFileBytes: { ...COUNT, description: 'Most bytes in its private files.' },
    peakOpenFiles: { ...COUNT, description: 'Most open files, the four that are open from the start included.' },
    limits: {
      type: 'object',
      description: 'What it might use: the limits of its function, and what the call itself lowered.',
      required: Object.keys(LIMIT_PROPERTIES),
      properties: LIMIT_PROPERTIES,
    },
    attempt: { type: 'integer', minimum: 1, description: '1 for the first try.' },
    host: { type: 'string' },
    thread: { type: 'integer' },
    traceparent: { type: 'string', description: "W3C trace context of the call's own span." },
    contentType: { type: 'string', description: 'Of the input, as its sender called it.' },
  },
} as const;

/** A record as the description shows it. */
export const CALL_RECORD_EXAMPLE = {
  id: 2_814_749_767,
  user: 'demo',
  function: 'hello',
  version: '20261121T064237123Z-1a2b3c4d',
  state: 'success',
  returnValue: 0,
  start: 'warm',
  layer: 'native',
  times: { submittedAt: '2026-11-21T06:42:37.500Z', queuedMs: 0.1, initMs: 0, runMs: 0.3, cpuMs: 0.2 },
  peakMemoryBytes: 131_072,
  outputBytes: 12,
  logBytes: 0,
  peakFileBytes: 0,
  peakOpenFiles: 4,
  limits: DEFAULT_LIMITS,
  attempt: 1,
  host: '3f0c6f1e-8f0a-4d55-9e0a-0a8a7c3c2f11',
  thread: 1,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
} as const;
