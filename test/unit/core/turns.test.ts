import { describe, expect, it } from '@jest/globals';
import { Turns } from '../../../src/core/turns.ts';

describe('Turns', () => {
  it('runs what has the same name one after the other, everything else side by side', async () => {
    const turns = new Turns();
    const said: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = turns.take('a', async () => {
      await gate.promise;
      said.push('a1');
    });
    const second = turns.take('a', async () => said.push('a2'));
    await turns.take('b', async () => said.push('b'));
    expect(said).toEqual(['b']);
    gate.resolve();
    await Promise.all([first, second]);
    expect(said).toEqual(['b', 'a1', 'a2']);
  });

  it('goes on after an error, which only its own caller gets', async () => {
    const turns = new Turns();
    const failing = turns.take('a', () => Promise.reject(new Error('no')));
    const next = turns.take('a', async () => 'fine');
    await expect(failing).rejects.toThrow('no');
    await expect(next).resolves.toBe('fine');
  });
});
