import type { ErrorRecord } from '../core/errors.ts';
import { TURN_END, type TurnEnd } from '../core/turn-end.ts';
import { guestFrames } from '../host/guest-stack.ts';

const FRAMES_SHOWN = 6;

/** The error of a turn that the watchdog ended. */
export function killError(end: TurnEnd, limits: { timeoutMs: number; cpuMs: number }): ErrorRecord {
  if (end === TURN_END.cpu) {
    return { code: 'CPU_LIMIT', message: `The call used more than its ${limits.cpuMs} ms of CPU time.` };
  }
  if (end === TURN_END.cancelled) return cancelledError();
  return timeoutError(limits.timeoutMs);
}

export function timeoutError(timeoutMs: number): ErrorRecord {
  return { code: 'TIMEOUT', message: `The call ran past its limit of ${timeoutMs} ms.` };
}

export function cancelledError(): ErrorRecord {
  return { code: 'CANCELLED', message: 'The call was cancelled.' };
}

/** The error of a call that ended by itself, if its code says that it failed. */
export function returnedError(returnValue: number | undefined): ErrorRecord | undefined {
  if (returnValue === undefined || returnValue === 0) return undefined;
  return { code: 'FUNCTION_FAILED', message: `Call failed (return value=${returnValue})` };
}

/** The error for what left the guest as an exception, with the guest's own stack where there is one. */
export function thrownError(thrown: unknown): ErrorRecord {
  if (thrown instanceof WebAssembly.Exception) {
    return { code: 'GUEST_EXCEPTION', message: 'An exception left the function uncaught.' };
  }
  if (thrown instanceof WebAssembly.RuntimeError) {
    return { code: 'GUEST_TRAP', message: `The function trapped: ${thrown.message}${guestPath(thrown)}` };
  }
  if (thrown instanceof RangeError && /call stack/i.test(thrown.message)) {
    return { code: 'STACK_OVERFLOW', message: `The function recursed too deeply${guestPath(thrown)}` };
  }
  return { code: 'INTERNAL', message: `The call failed in the host: ${String((thrown as Error)?.stack ?? thrown)}` };
}

/** ` in a < b < c`: the innermost guest functions. */
function guestPath(error: Error): string {
  const frames = guestFrames(error.stack ?? '').slice(0, FRAMES_SHOWN);
  return frames.length === 0 ? '.' : ` in ${frames.map(({ name, offset }) => `${name} (${offset})`).join(' < ')}.`;
}
