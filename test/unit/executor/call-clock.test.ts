import { describe, expect, it } from '@jest/globals';
import { TURN_END } from '../../../src/core/turn-end.ts';
import { CallClock } from '../../../src/executor/call-clock.ts';
import { until } from '../../support/until.ts';

const LIMITS = { timeoutMs: 100, cpuMs: 50 };
const LONG_MS = 60_000;
const nothing = (): void => undefined;

describe('the time of turns', () => {
  it('is counted, and what is left of it known', () => {
    const clock = new CallClock(LIMITS, { heldMs: 0 });
    clock.turnEnded(20, 5);
    clock.turnEnded(30, 10);
    expect(clock).toMatchObject({ runMs: 50, cpuMs: 15, longestTurnMs: 10, wallLeftMs: 50, cpuLeftMs: 35 });
    clock.turnEnded(70, 60);
    expect(clock).toMatchObject({ wallLeftMs: 0, cpuLeftMs: 0 });
  });

  it('tells how long a turn was by the wall where its CPU time is not known', () => {
    const clock = new CallClock(LIMITS, { heldMs: 0 });
    clock.turnEnded(20, Number.NaN);
    expect(clock).toMatchObject({ runMs: 20, cpuMs: 0, longestTurnMs: 20, cpuLeftMs: 50 });
  });

  it('is initialisation until the proto-function is made', () => {
    const clock = new CallClock(LIMITS, { heldMs: 0 });
    clock.initMs = 2;
    clock.turnEnded(20, 5);
    clock.initialised(3);
    expect(clock).toMatchObject({ initMs: 25, runMs: 20 });
  });
});

describe('a limit', () => {
  it.each([
    ['of wall time', 100, 1, 'TIMEOUT'],
    ['of CPU time', 99, 50, 'CPU_LIMIT'],
    ['neither', 99, 49, undefined],
  ])('is exceeded by many short turns, too: %s', (_, wallMs, cpuMs, code) => {
    const clock = new CallClock(LIMITS, { heldMs: 0 });
    clock.turnEnded(wallMs, cpuMs);
    expect(clock.exceeded(TURN_END.completed)?.code).toBe(code);
  });

  it.each([
    [TURN_END.wall, 'TIMEOUT'],
    [TURN_END.cpu, 'CPU_LIMIT'],
    [TURN_END.cancelled, 'CANCELLED'],
  ])('is the one that the watchdog says (%d)', (end, code) => {
    expect(new CallClock(LIMITS, { heldMs: 0 }).exceeded(end)?.code).toBe(code);
  });
});

describe('the time between turns', () => {
  it('counts while the call waits for something', async () => {
    const clock = new CallClock({ timeoutMs: LONG_MS, cpuMs: LONG_MS }, { heldMs: 0 });
    expect(clock.wake()).toBe(false);
    clock.suspend(nothing);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect([clock.wake(), clock.wake()]).toEqual([true, false]);
    // Timers of Node may be early by a fraction of a ms.
    expect(clock.runMs).toBeGreaterThan(8);
    expect(clock.longestTurnMs).toBe(0);
  });

  it('does not count while others hold the thread', () => {
    const turns = { heldMs: 10 };
    const clock = new CallClock({ timeoutMs: LONG_MS, cpuMs: LONG_MS }, turns);
    clock.suspend(nothing);
    turns.heldMs += LONG_MS;
    clock.wake();
    expect(clock.runMs).toBe(0);
  });

  it('ends the wait when all of it has passed, and not after the wait', async () => {
    const late: string[] = [];
    const [waiting, woken] = [
      new CallClock({ timeoutMs: 10, cpuMs: 50 }, { heldMs: 0 }),
      new CallClock(LIMITS, { heldMs: 0 }),
    ];
    woken.turnEnded(99, 0);
    woken.suspend(() => late.push('woken'));
    waiting.suspend(() => late.push('waiting'));
    woken.wake();
    await until(() => late.length > 0);
    expect(late).toEqual(['waiting']);
    waiting.wake();
  });

  it('ends the wait later by what others held the thread', async () => {
    const turns = { heldMs: 0 };
    let late = 0;
    const clock = new CallClock({ timeoutMs: 5, cpuMs: 50 }, turns);
    clock.suspend(() => {
      late += 1;
    });
    turns.heldMs = 50;
    // Its own timer is later than the clock's first one.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(late).toBe(0);
    await until(() => late > 0);
    clock.wake();
  });
});
