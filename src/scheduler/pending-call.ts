import type { Call, CallResult } from '../core/call.ts';
import type { OutputBuffer } from '../core/output-stream.ts';
import type { FunctionState } from './function-state.ts';

/** A call between its acceptance and its result. */
export interface PendingCall {
  /** Gets its id with its slot in the scheduler's table. */
  call: Call;
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
  /** While it waits to be tried again; `over` is called when it does not any more. */
  backoff: { readonly timer: NodeJS.Timeout; readonly over: () => void } | undefined;
  /** The thread that has it, once one does. */
  thread: number | undefined;
  /** Whether it counts as exclusive on its thread: of an unknown or long function, and not suspended yet. */
  exclusive: boolean;
  /** CPU time in ms that its user was charged when it got its thread. */
  chargedMs: number;
}
