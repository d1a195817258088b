import { describe, expect, it } from '@jest/globals';
import { FreeRanges } from '../../../src/host/free-ranges.ts';
import { randomNumbers } from '../../support/runtime.ts';

describe('free ranges', () => {
  it('takes the first range that is long enough, from its start', () => {
    const ranges = new FreeRanges();
    expect(ranges.take(1)).toBeUndefined();
    ranges.give(10, 2);
    ranges.give(20, 5);
    expect([ranges.take(3), ranges.take(2), ranges.take(2), ranges.take(1)]).toEqual([20, 10, 23, undefined]);
  });

  it('joins neighbours, and has what is given twice only once', () => {
    const ranges = new FreeRanges();
    for (const start of [4, 0, 2]) ranges.give(start, 2);
    ranges.give(1, 3);
    expect(ranges.take(7)).toBeUndefined();
    expect([ranges.take(6), ranges.take(1)]).toEqual([0, undefined]);
  });

  it('hands out every page at most once, whatever is given', () => {
    const random = randomNumbers(7);
    const ranges = new FreeRanges();
    const free = new Set<number>();
    for (let round = 0; round < 2000; round += 1) {
      const [start, count] = [random(100), 1 + random(8)];
      if (random(2) === 0) {
        ranges.give(start, count);
        for (let page = start; page < start + count; page += 1) free.add(page);
        continue;
      }
      const taken = ranges.take(count);
      const pages = Array.from({ length: count }, (_, page) => page);
      const fits = (first: number): boolean => pages.every((page) => free.has(first + page));
      if (taken === undefined) expect([...free].some(fits)).toBe(false);
      else expect(fits(taken)).toBe(true);
      if (taken !== undefined) for (const page of pages) free.delete(taken + page);
    }
  });
});
