import { describe, expect, it } from '@jest/globals';
import { LocalLocks, type LockMode } from '../../../src/state/local-locks.ts';
import { randomNumbers, sleep } from '../../support/runtime.ts';

/** Takes locks and says in which order they were granted. */
function setUp() {
  const locks = new LocalLocks();
  const granted: string[] = [];
  const lock = (owner: string, mode: LockMode): void => {
    void locks.lock('k', owner, mode).then(() => granted.push(owner));
  };
  return { locks, granted, lock };
}

describe('locks between calls of a host', () => {
  it('have many readers or one writer, and give writers their turn', async () => {
    const { locks, granted, lock } = setUp();
    lock('a', 'read');
    lock('b', 'read');
    lock('c', 'write');
    lock('d', 'read');
    await sleep(0);
    expect(granted).toEqual(['a', 'b']);
    locks.unlock('k', 'a', 'read');
    await sleep(0);
    expect(granted).toEqual(['a', 'b']);
    locks.unlock('k', 'b', 'read');
    await sleep(0);
    expect(granted).toEqual(['a', 'b', 'c']);
    locks.unlock('k', 'c', 'write');
    await sleep(0);
    expect(granted).toEqual(['a', 'b', 'c', 'd']);
  });

  it('may be read by one owner several times, although a writer waits', async () => {
    const { locks, granted, lock } = setUp();
    lock('a', 'read');
    lock('w', 'write');
    lock('a', 'read');
    locks.unlock('k', 'a', 'read');
    await sleep(0);
    expect(granted).toEqual(['a', 'a']);
    locks.unlock('k', 'a', 'read');
    await sleep(0);
    expect(granted).toEqual(['a', 'a', 'w']);
  });

  it('are given back with their owner, who leaves the queue, too', async () => {
    const { locks, granted, lock } = setUp();
    lock('a', 'write');
    lock('b', 'write');
    lock('c', 'write');
    locks.releaseAll('b');
    locks.releaseAll('a');
    await sleep(0);
    expect(granted).toEqual(['a', 'c']);
  });

  it('let readers in when the writer that they waited behind goes away', async () => {
    const { locks, granted, lock } = setUp();
    lock('a', 'read');
    lock('w', 'write');
    lock('b', 'read');
    locks.releaseAll('w');
    await sleep(0);
    expect(granted).toEqual(['a', 'b']);
  });

  it('are refused to who would wait for itself, and to who does not have what it gives back', () => {
    const { locks, lock } = setUp();
    lock('a', 'write');
    expect(() => locks.lock('k', 'a', 'read')).toThrow(expect.objectContaining({ code: 'LOCK_TIMEOUT' }));
    expect(() => locks.lock('k', 'a', 'write')).toThrow(expect.objectContaining({ code: 'LOCK_TIMEOUT' }));
    for (const [owner, mode] of [
      ['b', 'write'],
      ['a', 'read'],
    ] as const) {
      expect(() => locks.unlock('k', owner, mode)).toThrow(expect.objectContaining({ code: 'LOCK_LOST' }));
    }
    lock('r', 'read');
    locks.unlock('k', 'a', 'write');
    expect(() => locks.lock('k', 'r', 'write')).toThrow(expect.objectContaining({ code: 'LOCK_TIMEOUT' }));
  });

  it.each([1, 2, 3, 4])(
    'are never held by two that exclude each other, and everybody gets one; seed %i',
    async (seed) => {
      const random = randomNumbers(seed * 6151);
      const locks = new LocalLocks();
      const held = { readers: 0, writers: 0 };
      const done: number[] = [];
      const worker = async (owner: number): Promise<void> => {
        for (let round = 0; round < 20; round += 1) {
          const mode = random(3) === 0 ? 'write' : 'read';
          await locks.lock('k', String(owner), mode);
          if (mode === 'write') held.writers += 1;
          else held.readers += 1;
          expect(held.writers === 0 || (held.writers === 1 && held.readers === 0)).toBe(true);
          for (let turns = random(3); turns > 0; turns -= 1)
            await new Promise<void>((resolve) => setImmediate(resolve));
          if (mode === 'write') held.writers -= 1;
          else held.readers -= 1;
          if (random(3) === 0) locks.releaseAll(String(owner));
          else locks.unlock('k', String(owner), mode);
        }
        done.push(owner);
      };
      await Promise.all(Array.from({ length: 8 }, (_, owner) => worker(owner)));
      expect(done.length).toBe(8);
    },
  );
});
