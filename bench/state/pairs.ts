import { measured, tidy } from '../harness/figure.ts';
import { percentile } from '../harness/statistics.ts';

/** Two ways to do the same in one run, in nanoseconds, pair by pair. */
export interface Pairs {
  readonly ours: readonly number[];
  readonly bare: readonly number[];
}

/**
 * Times two ways in turn, `count` times each after `warmUp` pairs that are not counted: whatever changes on the machine
 * meanwhile changes for both, and either comes after the other, with the same things in caches and asleep.
 */
export async function timePairs(
  { count, warmUp }: { readonly count: number; readonly warmUp: number },
  ours: (round: number) => Promise<number>,
  bare: (round: number) => Promise<number>,
): Promise<Pairs> {
  const pairs = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < warmUp + count; round += 1) {
    const [first, second] = [await ours(round), await bare(round)];
    if (round < warmUp) continue;
    pairs.ours.push(first);
    pairs.bare.push(second);
  }
  return pairs;
}

/** Nanoseconds that `work` takes. */
export async function nanoseconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) * 1e6;
}

/** Pairs as a figure in microseconds: medians of both, and the median of the pairs' ratios. */
export function comparedPairs({ ours, bare }: Pairs, rival: string) {
  const us = (times: readonly number[]) => measured(times.map((ns) => ns / 1000));
  const ratios = ours.map((ns, index) => ns / (bare[index] ?? Number.NaN));
  return { unit: 'us', ...us(ours), rival, rivalValue: us(bare).value, ratio: tidy(percentile(ratios, 50)) };
}
