import { describe, expect, it } from '@jest/globals';
import { Budget, MAPPINGS } from '../../../src/core/budget.ts';
import { MemoryPool, type PooledMemory } from '../../../src/faaslet/memory-pool.ts';

function setUp({ memories = 100, mappings = 1000 } = {}) {
  const budget = Budget.of({ memoryPages: 0, memories, mappings });
  const pool = new MemoryPool(budget);
  const take = (pages: number): PooledMemory => {
    const memory = pool.take(pages);
    if (memory === undefined) throw new Error('the pool has none left');
    return memory;
  };
  return { budget, pool, take };
}

describe('memories of a thread', () => {
  it.each([
    [0, 1],
    [1, 1],
    [2, 2],
    [3, 4],
    [17, 32],
    [1025, 2048],
  ])('have one of few sizes: %d pages are made %d', (asked, pages) => {
    const { take } = setUp();
    expect(take(asked).physicalPages).toBe(pages);
  });

  it('are used again for functions of like size', () => {
    const { pool, take, budget } = setUp();
    const memory = take(3);
    pool.give(memory);
    expect(take(4) === memory).toBe(true);
    expect(budget.used('memories')).toBe(1);
  });

  it('are never given to two at a time', () => {
    const { pool, take } = setUp();
    const first = take(1);
    expect(take(1) === first).toBe(false);
    pool.give(first);
    expect([take(1) === first, take(1) === first]).toEqual([true, false]);
  });

  it('that have grown are used again, for what needs less, too: calls one after the other need one memory', () => {
    const { pool, take, budget } = setUp();
    for (let call = 0; call < 20; call += 1) {
      const memory = take(2);
      expect(memory.ensurePages(2049)).toBe(true);
      pool.give(memory);
    }
    expect(budget.used('memories')).toBe(1);
  });

  it('that fit best are taken first', () => {
    const { pool, take } = setUp();
    const [large, small] = [take(64), take(16)];
    pool.give(large);
    pool.give(small);
    expect([take(8) === small, take(8) === large]).toEqual([true, true]);
  });

  it('are never smaller than asked for', () => {
    const { pool, take } = setUp();
    pool.give(take(1));
    expect(take(2).physicalPages).toBeGreaterThanOrEqual(2);
  });

  it.each([
    ['memories', { memories: 2 }],
    ['mappings', { mappings: 2 * MAPPINGS.memory + 1 }],
  ])('are refused when the host has no %s left, and nothing is taken', (_, limits) => {
    const { pool, take, budget } = setUp(limits);
    const first = take(1);
    take(1);
    expect(pool.take(1)).toBeUndefined();
    expect([budget.used('memories'), budget.used('mappings')]).toEqual([2, 2 * MAPPINGS.memory]);
    pool.give(first);
    expect(take(1) === first).toBe(true);
  });

  it('have fresh views after they have grown', () => {
    const { take } = setUp();
    const memory = take(1);
    memory.bytes[5] = 7;
    expect(memory.ensurePages(1)).toBe(true);
    expect(memory.ensurePages(3)).toBe(true);
    expect([memory.physicalPages, memory.bytes[5], memory.view.getUint8(5)]).toEqual([3, 7, 7]);
    expect(memory.ensurePages(70_000)).toBe(false);
    expect(memory.physicalPages).toBe(3);
  });
});
