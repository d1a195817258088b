import type { Call, CallResult } from './call.ts';

/** Told what becomes of calls, for metrics and traces. Runs for every call, so it is quick; it never throws. */
export interface CallObserver {
  /**
   * A call has ended, after its last attempt. Nothing of `call.input` and `result.output` is kept; input that is a
   * stream has no size yet and counts as none. `outputBytes` is all that the call has written.
   */
  ended(call: Call, result: CallResult, outputBytes: number): void;
}
