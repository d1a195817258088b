import type { Call, CallResult } from '../core/call.ts';
import { OutputBuffer } from '../core/output-stream.ts';
import type { CallRequest } from '../core/ports.ts';
import type { FunctionState } from './function-state.ts';

/** A call between its acceptance and its result. */
export interface PendingCall {
  /** Its id is 0 until the table of calls gives it one. */
  readonly call: Call & { id: number };
  readonly fn: FunctionState;
  readonly input: Uint8Array;
  readonly timeoutMs: number;
  readonly cpuMs: number;
  readonly submittedAt: number;
  /** W3C trace context of the call's own span. */
  readonly traceparent: string;
  readonly result: Promise<CallResult>;
  readonly output: OutputBuffer;
  readonly resolve: (result: CallResult) => void;
  /** 1 for the first try. */
  attempt: number;
  /** When a thread first had no memory for it (epoch ms). */
  refusedAt: number | undefined;
  /** While it waits to be tried again; `forRoom`: until the host has memory for it. */
  backoff: { readonly timer: NodeJS.Timeout; readonly forRoom: boolean } | undefined;
  /** The thread that has it, once one does. */
  thread: number | undefined;
  /** Whether it counts as exclusive on its thread: of an unknown or long function, and not suspended yet. */
  exclusive: boolean;
  /** CPU time in ms that its user was charged when it got its thread. */
  chargedMs: number;
}

/**
 * The call that `request` asks of `fn`, accepted at `now` (epoch ms), before its first attempt. `input` is the call's
 * from here on. A request can lower the function's limits, not raise them.
 */
export function pendingCall(
  request: CallRequest,
  fn: FunctionState,
  input: Uint8Array,
  traceparent: string,
  now: number,
): PendingCall {
  const { limits } = fn.spec;
  // Costs half as much as Promise.withResolvers, and every call has one.
  let settle: PendingCall['resolve'] = nothing;
  const result = new Promise<CallResult>((resolve) => {
    settle = resolve;
  });
  return {
    call: { ...request, id: 0 },
    fn,
    input,
    timeoutMs: Math.min(limits.timeoutMs, request.timeoutMs ?? Number.POSITIVE_INFINITY),
    cpuMs: Math.min(limits.cpuMs, request.cpuMs ?? Number.POSITIVE_INFINITY),
    submittedAt: now,
    traceparent,
    output: new OutputBuffer(),
    result,
    resolve: settle,
    attempt: 1,
    refusedAt: undefined,
    backoff: undefined,
    thread: undefined,
    exclusive: false,
    chargedMs: 0,
  };
}

function nothing(): void {}
