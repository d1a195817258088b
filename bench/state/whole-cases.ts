import { runChild } from '../harness/child.ts';
import type { ReportFigure } from '../harness/figure.ts';
import { compileGuest } from './guests.ts';
import { comparedPairs } from './pairs.ts';
import { sizeName } from './sizes.ts';
import type { WholeAnswer, WholeOrder } from './whole-process.ts';

const CHILD = new URL('whole-process.ts', import.meta.url);
const SIZES: WholeOrder['sizes'] = [
  { bytes: 64, count: 200, warmUp: 100 },
  { bytes: 4096, count: 200, warmUp: 100 },
  { bytes: 65_536, count: 100, warmUp: 50 },
  { bytes: 1_048_576, count: 30, warmUp: 10 },
  { bytes: 67_108_864, count: 5, warmUp: 2 },
];

/** Whole values that one host pushes and another one pulls, beside SET and GET. */
export async function wholeCases(report: ReportFigure, bench: string, url: string): Promise<void> {
  const order: WholeOrder = { file: await compileGuest('transfer'), url, sizes: SIZES };
  const answers = await runChild<WholeAnswer[]>(CHILD, order);
  for (const [index, { push, pull }] of answers.entries()) {
    const name = sizeName(SIZES[index]?.bytes ?? Number.NaN);
    report({ bench, case: `push-${name}`, metric: 'time', ...comparedPairs(push, 'SET') });
    report({ bench, case: `pull-${name}`, metric: 'time', ...comparedPairs(pull, 'GET') });
  }
}
