/** Median and extremes of some repetitions. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Throws when there are no values. */
export function spread(values: readonly number[]): Spread {
  return { median: percentile(values, 50), min: Math.min(...values), max: Math.max(...values) };
}

/** The value that `percent` of the values do not exceed (nearest rank; of two middle values the mean for 50). */
export function percentile(values: readonly number[], percent: number): number {
  if (values.length === 0) throw new Error('There is nothing to take a percentile of.');
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (percent / 100) * sorted.length;
  const at = (index: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, index))] ?? Number.NaN;
  if (percent === 50 && sorted.length % 2 === 0) return (at(rank - 1) + at(rank)) / 2;
  return at(Math.ceil(rank) - 1);
}
