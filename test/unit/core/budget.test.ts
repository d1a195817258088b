import { describe, expect, it } from '@jest/globals';
import { Budget } from '../../../src/core/budget.ts';

const LIMITS = { memoryPages: 10, memories: 3, mappings: 100 };

describe('budget of the host', () => {
  it('is given out to the last one and not beyond, and a refusal takes nothing', () => {
    const budget = Budget.of(LIMITS);
    expect(budget.reserve('memoryPages', 9)).toBe(true);
    expect(budget.reserve('memoryPages', 2)).toBe(false);
    expect(budget.used('memoryPages')).toBe(9);
    expect(budget.reserve('memoryPages', 1)).toBe(true);
    expect(budget.reserve('memoryPages', 1)).toBe(false);
    budget.release('memoryPages', 4);
    expect(budget.reserve('memoryPages', 4)).toBe(true);
  });

  it('counts each resource by itself', () => {
    const budget = Budget.of(LIMITS);
    budget.reserve('memories', 3);
    expect(['memoryPages', 'memories', 'mappings'].map((of) => budget.used(of as 'memories'))).toEqual([0, 3, 0]);
    expect(budget.reserve('mappings', 100)).toBe(true);
    expect([budget.limit('memoryPages'), budget.limit('memories'), budget.limit('mappings')]).toEqual([10, 3, 100]);
  });

  it('is one for all threads that have its buffer', () => {
    const mine = Budget.of(LIMITS);
    const theirs = new Budget(mine.buffer);
    mine.reserve('memories', 2);
    expect(theirs.reserve('memories', 2)).toBe(false);
    expect(theirs.reserve('memories', 1)).toBe(true);
    expect(mine.used('memories')).toBe(3);
  });

  it('gets back exactly what a lost thread had, and leaves alone what others have', () => {
    const host = Budget.of(LIMITS);
    const own = Budget.ownCounters();
    const lost = new Budget(host.buffer, own);
    const other = new Budget(host.buffer);
    other.reserve('memoryPages', 2);
    lost.reserve('memoryPages', 5);
    lost.reserve('memoryPages', 50); // refused, so not its own
    lost.release('memoryPages', 1);
    lost.reserve('mappings', 7);
    host.releaseAll(own);
    expect([host.used('memoryPages'), host.used('mappings')]).toEqual([2, 0]);
  });
});
