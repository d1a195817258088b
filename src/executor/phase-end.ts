import type { ErrorRecord } from '../core/errors.ts';
import { TURN_END, type TurnEnd } from '../core/turn-end.ts';
import { killError, thrownError } from './call-end.ts';
import type { CallGuest } from './call-guest.ts';
import type { Phase } from './phases.ts';

/** How a phase ended: what its export returned, or what left it as an exception. */
export type PhaseEnd = { readonly value: unknown } | { readonly thrown: unknown };

/** What the guest has come to by the end of a phase. */
export type EndedGuest = Pick<CallGuest, 'error' | 'exitCode' | 'limits' | 'memoryMessage' | 'refusals'>;

/**
 * The error that a call ends with because of how a phase ended; undefined where it goes on, or has ended well by an exit
 * of the program's own. `end` is that of the phase's last turn, `trap` the thread's, see makeTrap.
 */
export function phaseError(
  phase: Phase,
  ended: PhaseEnd,
  end: TurnEnd,
  guest: EndedGuest,
  trap: unknown,
): ErrorRecord | undefined {
  if (!('thrown' in ended)) {
    const code = returnCode(ended.value);
    return phase.initialises && code !== 0 ? initError(phase, `it returned ${code}`) : undefined;
  }
  const { error, exitCode, refusals, limits } = guest;
  if (error !== undefined) return error;
  if (ended.thrown === trap || end !== TURN_END.completed) {
    if (exitCode === undefined) return killError(end, limits);
    return phase.initialises ? initError(phase, `it exited with ${exitCode}`) : undefined;
  }
  const cause = thrownError(ended.thrown);
  if (refusals > 0) return memoryError(guest, cause);
  return phase.initialises ? initError(phase, cause.message) : cause;
}

/** The code that an export returned; 0 for one that returns nothing. */
export function returnCode(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/**
 * What a call is told that ends with `error`: where memory was refused, that has made it run into a limit of time, or may
 * be why it says that it failed.
 */
export function explainedError(error: ErrorRecord, guest: EndedGuest): ErrorRecord {
  const { code, message } = error;
  if (guest.refusals === 0) return error;
  if (code === 'TIMEOUT' || code === 'CPU_LIMIT') return memoryError(guest, error);
  return code === 'FUNCTION_FAILED' ? { code, message: `${message}. ${guest.memoryMessage()}` } : error;
}

function memoryError(guest: EndedGuest, { message }: ErrorRecord): ErrorRecord {
  return { code: 'MEMORY_LIMIT', message: `${guest.memoryMessage()} ${message}` };
}

function initError({ what }: Phase, how: string): ErrorRecord {
  return { code: 'INIT_FAILED', message: `${what} failed: ${how}` };
}
