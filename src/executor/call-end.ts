import type { ErrorRecord } from '../core/errors.ts';
import { TURN_END, type TurnEnd } from '../core/turn-end.ts';

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
    return { code: 'GUEST_TRAP', message: `The function trapped: ${thrown.message}${guestFrames(thrown)}` };
  }
  if (thrown instanceof RangeError && /call stack/i.test(thrown.message)) {
    return { code: 'STACK_OVERFLOW', message: `The function recursed too deeply${guestFrames(thrown)}` };
  }
  return { code: 'INTERNAL', message: `The call failed in the host: ${String((thrown as Error)?.stack ?? thrown)}` };
}

/** ` in a < b < c`: the innermost guest functions, by name where the module has a name section. */
function guestFrames(error: Error): string {
  const names: string[] = [];
  for (const line of (error.stack ?? '').split('\n')) {
    const frame = /^\s+at (?:(.+) \()?wasm:\/\/[^:]*:wasm-function\[(\d+)\]:(0x[0-9a-f]+)/.exec(line);
    if (frame !== null) names.push(`${frame[1]?.split('.').at(-1) ?? `function ${frame[2]}`} (${frame[3]})`);
  }
  return names.length === 0 ? '.' : ` in ${names.slice(0, FRAMES_SHOWN).join(' < ')}.`;
}
