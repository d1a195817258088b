import { describe, expect, it } from '@jest/globals';
import { BodyBudget } from '../../../adapters/standalone/body-budget.ts';

const overloaded = expect.objectContaining({ code: 'HOST_OVERLOADED' });

describe('room for request bodies', () => {
  it('is never all taken by a few users', () => {
    const budget = new BodyBudget(1024);
    for (const [at, user] of ['a', 'b', 'c', 'd'].entries()) {
      const share = 768 / 4 ** at;
      budget.take(share, user);
      expect(() => budget.take(1, user)).toThrow(overloaded);
    }
    budget.take(3, 'e');
    expect(budget.usedBytes).toBe(1023);
  });

  it('is a user’s own again when it is given back', () => {
    const budget = new BodyBudget(100);
    budget.take(10, 'a');
    for (let round = 0; round < 5; round += 1) {
      budget.take(67, 'b');
      expect(() => budget.take(1, 'b')).toThrow(overloaded);
      budget.give(67, 'b');
    }
    expect(budget.usedBytes).toBe(10);
  });

  it('is there for any body that is alone, and all of it for administrators', () => {
    const budget = new BodyBudget(100);
    budget.take(500, 'a');
    budget.give(500, 'a');
    budget.take(60);
    budget.take(40);
    expect(() => budget.take(1)).toThrow(overloaded);
  });
});
