import { measured, tidy } from '../harness/figure.ts';
import { percentile } from '../harness/statistics.ts';

/** Two ways to do the same in one run, in nanoseconds, pair by pair. */
export interface Pairs {
  readonly ours: readonly number[];
  readonly bare: readonly number[];
}

/** On a busy machine a series ends after so long with what it has, if that is enough. */
const SERIES_MS = 8000;
const PAIRS_MIN = 5;

/**
 * Times two ways in turn, `count` times each after `warmUp` pairs that are not counted: whatever changes on the machine
 * meanwhile changes for both, and either comes after the other, with the same things in caches and asleep. Fewer pairs than
 * `count` where they would take more than {@link SERIES_MS}.
 */
export async function timePairs(
  { count, warmUp }: { readonly count: number; readonly warmUp: number },
  ours: (round: number) => Promise<number>,
  bare: (round: number) => Promise<number>,
): Promise<Pairs> {
  const pairs = { ours: [] as number[], bare: [] as number[] };
  const late = performance.now() + SERIES_MS;
  for (let round = 0; round < warmUp + count; round += 1) {
    if (pairs.ours.length >= PAIRS_MIN && performance.now() > late) break;
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
