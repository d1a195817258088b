import { describe, expect, it } from '@jest/globals';
import { ThreadBoard } from '../../../src/executor/thread-board.ts';

/** The two ends of a board. */
function ends(): { scheduler: ThreadBoard; thread: ThreadBoard } {
  const scheduler = new ThreadBoard();
  return { scheduler, thread: new ThreadBoard(scheduler.buffer) };
}

describe('a posted call', () => {
  it.each<[string, ('claim' | 'takeBack')[], (boolean | 'free')[]]>([
    ['belongs to the thread that begins it', ['claim', 'takeBack'], [true, false]],
    ['belongs to the scheduler that takes it back', ['takeBack', 'claim'], [true, false]],
    ['is taken back once', ['takeBack', 'takeBack', 'claim'], [true, false, false]],
  ])('%s', (_, steps, expected) => {
    const { scheduler, thread } = ends();
    const slot = scheduler.post();
    expect(steps.map((step) => (step === 'claim' ? thread.claim(slot) : scheduler.takeBack(slot)))).toEqual(expected);
    // Whoever has it, the slot is free again once the thread has seen the order.
    expect(scheduler.post()).toBe(slot);
  });

  it('keeps its slot until the thread has seen it, also when taken back: an order for it is under way', () => {
    const { scheduler, thread } = ends();
    const first = scheduler.post();
    scheduler.takeBack(first);
    const second = scheduler.post();
    expect(second).not.toBe(first);
    expect([thread.claim(first), thread.claim(second)]).toEqual([false, true]);
  });

  it('has one owner, whichever way the two ends take turns', () => {
    const { scheduler, thread } = ends();
    let owners = 0;
    for (let round = 0; round < 64; round += 1) {
      const slots = Array.from({ length: 6 }, () => scheduler.post());
      const took = (round & 1) === 0 ? [] : slots.map((slot) => scheduler.takeBack(slot));
      for (const [index, slot] of slots.entries()) {
        if ((round >> index) & 1) took[index] = scheduler.takeBack(slot) || took[index] === true;
        owners += Number(thread.claim(slot)) + Number(took[index] === true);
      }
    }
    expect(owners).toBe(64 * 6);
  });
});

describe('a board', () => {
  it('has a bounded number of slots, each given to one call', () => {
    const { scheduler, thread } = ends();
    const slots = Array.from({ length: 256 }, () => scheduler.post());
    expect(new Set(slots).size).toBe(256);
    expect(scheduler.post()).toBe(-1);
    thread.claim(100);
    expect([scheduler.post(), scheduler.post()]).toEqual([100, -1]);
  });

  it('shows the scheduler the turn and the suspended calls of the thread, and nothing of it is in the claims', () => {
    const { scheduler, thread } = ends();
    thread.turnStartedAt = 1_790_000_000_123;
    thread.suspended = 10_000;
    thread.turn.deadline[0] = 5;
    thread.turn.call[0] = 2 ** 48 - 1;
    expect([scheduler.turnStartedAt, scheduler.suspended]).toEqual([1_790_000_000_123, 10_000]);
    expect([scheduler.turn.deadline[0], scheduler.turn.call[0]]).toEqual([5, 2 ** 48 - 1]);
    expect(Array.from({ length: 256 }, () => scheduler.post())).not.toContain(-1);
    expect([scheduler.turnStartedAt, scheduler.turn.call[0]]).toEqual([1_790_000_000_123, 2 ** 48 - 1]);
  });
});
