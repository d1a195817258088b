import type { ReportFigure } from './figure.ts';

/** What a bench gets from `bench/run.ts`. */
export interface BenchContext {
  /** Takes each figure as soon as it is known. */
  readonly report: ReportFigure;
  /** Takes a line about what happens now, for the standard error stream. */
  readonly progress: (line: string) => void;
  /** How long to measure, for benches that can take any time. */
  readonly seconds?: number;
}

/** One bench: `npm run bench -- <name>`. It sets up what it needs, and rejects when it cannot measure. */
export interface Bench {
  readonly name: string;
  readonly summary: string;
  run(context: BenchContext): Promise<void>;
}
