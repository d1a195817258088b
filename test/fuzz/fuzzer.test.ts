import { describe, expect, it } from '@jest/globals';
import { type Fuzzer, runFuzzer } from '../support/fuzz/fuzzer.ts';

/** Fails whenever it is given a number divisible by ten. */
function fragile(tried: number[]): Fuzzer & { closed: boolean } {
  const fuzzer = {
    name: 'fragile',
    closed: false,
    open: async () => ({
      attempt: (random: { below(limit: number): number }) => {
        tried.push(random.below(1000));
        if ((tried.at(-1) as number) % 10 === 0) throw new Error('ten');
      },
      summary: () => `${tried.length} numbers`,
      close: async () => {
        fuzzer.closed = true;
      },
    }),
  };
  return fuzzer;
}

describe('runFuzzer', () => {
  it('stops at the first failure, with the seed that makes it again', async () => {
    const tried: number[] = [];
    const fuzzer = fragile(tried);
    const error: Error = await runFuzzer(fuzzer, { seed: 7, count: 1000 }).catch((error) => error);
    const [, seed] = /^fragile, seed (\d+): Error: ten/.exec(error.message) ?? [];
    expect(Number(seed)).toBe(7 + tried.length - 1);
    expect(error.message).toContain(`npm run fuzz -- --only fragile --seed ${seed} --count 1`);
    expect(fuzzer.closed).toBe(true);

    const again: number[] = [];
    await expect(runFuzzer(fragile(again), { seed: Number(seed), count: 1 })).rejects.toThrow('ten');
    expect(again).toEqual(tried.slice(-1));
  });

  it('ends with the count, or when the time is over', async () => {
    const bounded = await runFuzzer({ ...fragile([]), open: async () => quiet() }, { seed: 1, count: 3 });
    expect(bounded).toEqual({ cases: 3, summary: 'nothing' });
    expect(await runFuzzer({ ...fragile([]), open: async () => quiet() }, { seed: 1, durationMs: 0 })).toMatchObject({
      cases: 0,
    });
  });
});

function quiet() {
  return { attempt: () => {}, summary: () => 'nothing', close: async () => {} };
}
