import { describe, expect, it } from '@jest/globals';
import { DEFAULT_LIMITS } from '../../../src/core/limits.ts';
import { TURN_END, type TurnEnd } from '../../../src/core/turn-end.ts';
import { type EndedGuest, explainedError, phaseError, returnCode } from '../../../src/executor/phase-end.ts';
import type { Phase } from '../../../src/executor/phases.ts';

const TRAP = new Error('the trap');
const INIT: Phase = { name: 'init', args: [], what: 'The zygote', initialises: true, entry: false };
const MAIN: Phase = { name: 'main', args: [], what: 'main', initialises: false, entry: true };
const CANCELLED = { code: 'CANCELLED', message: 'cancelled' } as const;
const OWN = new WebAssembly.RuntimeError('unreachable');

function guest(state: Partial<EndedGuest> = {}): EndedGuest {
  const memoryMessage = (): string => 'memory.grow was refused.';
  return { error: undefined, exitCode: undefined, refusals: 0, limits: DEFAULT_LIMITS, memoryMessage, ...state };
}

const errorOf = (
  phase: Phase,
  ended: Parameters<typeof phaseError>[1],
  state = {},
  end: TurnEnd = TURN_END.completed,
) => phaseError(phase, ended, end, guest(state), TRAP);

describe('a phase that returns', () => {
  it.each([
    ['the call goes on, whatever the function says', MAIN, 7, undefined],
    ['the call goes on when initialisation went well', INIT, 0, undefined],
    ['the call goes on when initialisation says nothing', INIT, undefined, undefined],
    ['the call ends when initialisation says that it failed', INIT, 7, 'The zygote failed: it returned 7'],
  ])('%s', (_, phase, value, message) => {
    expect(errorOf(phase, { value })?.message).toBe(message);
  });

  it('has a code if it is a number', () => {
    expect([returnCode(7), returnCode(undefined), returnCode(7n)]).toEqual([7, 0, 0]);
  });
});

describe('a phase that throws', () => {
  it.each([
    ['an exit of the program', MAIN, TRAP, { exitCode: 3 }, undefined],
    ['an exit while it is initialised', INIT, TRAP, { exitCode: 0 }, 'INIT_FAILED'],
    [
      'what the host ended it for, first of all',
      MAIN,
      OWN,
      { error: CANCELLED, exitCode: 3, refusals: 1 },
      'CANCELLED',
    ],
    ['a trap of its own', MAIN, OWN, {}, 'GUEST_TRAP'],
    ['a trap of its own while it is initialised', INIT, OWN, {}, 'INIT_FAILED'],
    ['a trap after memory was refused', MAIN, OWN, { refusals: 2 }, 'MEMORY_LIMIT'],
    ['a trap after memory was refused to its initialisation', INIT, OWN, { refusals: 2 }, 'MEMORY_LIMIT'],
  ])('is %s', (_, phase, thrown, state, code) => {
    expect(errorOf(phase, { thrown }, state)?.code).toBe(code);
  });

  it.each([
    [TURN_END.wall, 'TIMEOUT'],
    [TURN_END.cpu, 'CPU_LIMIT'],
    [TURN_END.cancelled, 'CANCELLED'],
  ])('is what the watchdog ended it for (%d)', (end, code) => {
    expect(errorOf(INIT, { thrown: OWN }, {}, end)?.code).toBe(code);
  });
});

describe('what a call is told', () => {
  const timeout = { code: 'TIMEOUT', message: 'Too long.' } as const;

  it('is of the memory that it was refused, where it ran into a limit of time over it', () => {
    expect(explainedError(timeout, guest({ refusals: 1 }))).toEqual({
      code: 'MEMORY_LIMIT',
      message: 'memory.grow was refused. Too long.',
    });
  });

  it('says so where the program says that it failed', () => {
    const failed = { code: 'FUNCTION_FAILED', message: 'Call failed (return value=1)' } as const;
    expect(explainedError(failed, guest({ refusals: 1 }))).toEqual({
      code: 'FUNCTION_FAILED',
      message: 'Call failed (return value=1). memory.grow was refused.',
    });
  });

  it('is its error otherwise', () => {
    expect(explainedError(timeout, guest())).toBe(timeout);
    expect(explainedError(CANCELLED, guest({ refusals: 1 }))).toBe(CANCELLED);
  });
});
