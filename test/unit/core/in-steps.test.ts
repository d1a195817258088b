import { describe, expect, it } from '@jest/globals';
import { forEachInSteps, forPieces, sortedInSteps } from '../../../src/core/in-steps.ts';

/** Turns of the event loop that others have while `work` is done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let over = false;
  const count = (): void => {
    turns += 1;
    if (!over) setImmediate(count);
  };
  setImmediate(count);
  await work();
  over = true;
  return turns;
}

describe('work in steps', () => {
  const numbers = Array.from({ length: 10_001 }, (_, i) => (i * 7919) % 10_007);

  it('leaves turns to others, and does everything once and in order', async () => {
    const seen: number[] = [];
    const turns = await turnsDuring(() => forEachInSteps(new Set(numbers), (number) => seen.push(number)));
    expect(turns).toBeGreaterThan(3);
    expect(seen).toEqual(numbers);
    const pieces: number[] = [];
    expect(await turnsDuring(() => forPieces(numbers, (piece) => pieces.push(...piece)))).toBeGreaterThan(3);
    expect(pieces).toEqual(numbers);
  });

  it.each([0, 1, 1999, 2000, 2001, 4001, 10_001])('sorts %d items as toSorted does', async (length) => {
    const items = numbers.slice(0, length).map((number, at) => ({ key: number % 100, at }));
    const compare = (a: { key: number }, b: { key: number }): number => a.key - b.key;
    expect(await sortedInSteps(items, compare)).toEqual(items.toSorted(compare));
  });
});
