import { describe, expect, it } from '@jest/globals';
import { FairQueue } from '../../../src/core/fair-queue.ts';

function queueOf(...items: readonly string[]): FairQueue<string> {
  const queue = new FairQueue<string>();
  for (const item of items) queue.push(item.charAt(0), item);
  return queue;
}

function drain(queue: FairQueue<string>): string[] {
  const left: string[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) left.push(item);
  return left;
}

describe('a fair queue', () => {
  it.each([
    ['is empty at first', [], []],
    ['keeps the order of one', ['a1', 'a2', 'a3'], ['a1', 'a2', 'a3']],
    ['lets all take turns', ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'], ['a1', 'b1', 'c1', 'a2', 'b2', 'a3']],
  ])('%s', (_, items, expected) => {
    const queue = queueOf(...items);
    expect(queue.size).toBe(items.length);
    expect(drain(queue)).toEqual(expected);
    expect([queue.size, queue.shift()]).toEqual([0, undefined]);
  });

  it('lets whoever comes wait for one of each other only', () => {
    const queue = queueOf('a1', 'a2', 'a3', 'b1', 'b2');
    expect([queue.shift(), queue.shift()]).toEqual(['a1', 'b1']);
    queue.push('c', 'c1');
    queue.push('a', 'a4');
    expect(drain(queue)).toEqual(['a2', 'b2', 'c1', 'a3', 'a4']);
  });

  it('goes on where one has been alone', () => {
    const queue = queueOf('a1', 'a2', 'a3');
    expect(queue.shift()).toBe('a1');
    queue.push('b', 'b1');
    expect(drain(queue)).toEqual(['a2', 'b1', 'a3']);
  });
});
