import { describe, expect, it } from '@jest/globals';
import { Suspension } from '../../../src/executor/suspension.ts';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('suspension', () => {
  it('may be rejected although its guest never came to wait: nobody is told of an unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => {
      unhandled.push(reason);
    };
    process.on('unhandledRejection', listener);
    try {
      const suspension = new Suspension(() => undefined);
      let abandoned = 0;
      void suspension.begin(
        () => undefined,
        () => {
          abandoned += 1;
        },
      );
      suspension.reject(new Error('trap'));
      await nextTurn();
      await nextTurn();
      expect([unhandled, abandoned, suspension.pending]).toEqual([[], 1, false]);
    } finally {
      process.off('unhandledRejection', listener);
    }
  });

  it('rejects the guest that waits', async () => {
    const suspension = new Suspension(() => undefined);
    const waiting = suspension.begin(() => undefined);
    suspension.reject(new Error('trap'));
    await expect(waiting).rejects.toThrow('trap');
  });
});
