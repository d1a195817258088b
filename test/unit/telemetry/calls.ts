import type { Call, CallResult } from '../../../src/core/call.ts';
import { DEFAULT_LIMITS } from '../../../src/core/limits.ts';
import { endedStream } from '../../../src/core/output-stream.ts';
import type { HostInfo } from '../../../src/core/ports.ts';

/** A call of `demo/hello` with 5 bytes of input. */
export function someCall(more: Partial<Call> = {}): Call {
  return {
    id: 42,
    principal: { user: '*', kind: 'admin' },
    user: 'demo',
    function: 'hello',
    input: new Uint8Array(5),
    ...more,
  };
}

/** What became of it: a warm success. */
export function someResult(more: Partial<CallResult> = {}): CallResult {
  return {
    id: 42,
    status: 'success',
    version: '20260101T000000Z-1',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    attempt: 1,
    returnValue: 0,
    attributes: {},
    output: endedStream(),
    log: new Uint8Array(0),
    times: { submittedAt: 1_767_225_600_000, queuedMs: 2, initMs: 0.25, runMs: 40.5, cpuMs: 3 },
    placement: { host: 'host-1', thread: 3 },
    layer: 'native',
    start: 'warm',
    peakMemoryBytes: 65_536,
    peakFileBytes: 0,
    peakOpenFiles: 4,
    limits: DEFAULT_LIMITS,
    ...more,
  };
}

/** Result of a call that ended before it had a thread. */
export function unbegunResult(code: 'CANCELLED' | 'SHUTTING_DOWN' = 'CANCELLED'): CallResult {
  const { returnValue: _, ...rest } = someResult({
    status: 'failed',
    error: { code, message: 'Too early.' },
    start: 'cold',
    times: { submittedAt: 1_767_225_600_000, queuedMs: 7, initMs: 0, runMs: 0 },
  });
  return rest;
}

/** A host that is in use. */
export const HOST_INFO: HostInfo = {
  host: 'host-1',
  layer: 'native',
  store: 'memory',
  startedAt: 1_767_225_600_000,
  threads: 4,
  queued: 5,
  running: 6,
  stateTwinBytes: 0,
  budgets: {
    memoryBytes: { used: 65_536, limit: 1_048_576 },
    memories: { used: 7, limit: 100 },
    mappings: { used: 8, limit: 65_530 },
  },
};
