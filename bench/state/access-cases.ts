import { readFileSync } from 'node:fs';
import { runChild } from '../harness/child.ts';
import { measured, type ReportFigure, tidy } from '../harness/figure.ts';
import { percentile } from '../harness/statistics.ts';
import type { AccessOrder } from './access-process.ts';
import { compileGuest } from './guests.ts';
import { sizeName } from './sizes.ts';

const CHILD = new URL('access-process.ts', import.meta.url);
const RANDOM = { mebibytes: 128, accesses: 20_000, rounds: 240 };
/** The first rounds, until the optimising compiler has done its work. */
const WARM_UP = 40;
const TARGET_RATIO = 1.05;

const SIZES = [64, 4096, 65_536, 1_048_576, 67_108_864];
const ROUNDS = 5;
/** What each repetition touches, as far as the times allow. */
const BYTES_PER_ROUND = 64 * 1024 * 1024;
const TIMES_MAX = 5000;

/** Random reads of a mapped region beside those of private memory, and reads and writes by pointer and by copy. */
export async function accessCases(report: ReportFigure, bench: string): Promise<void> {
  const file = await compileGuest('access');
  const ask = (inputs: readonly string[]) => runChild<number[][][]>(CHILD, { file, inputs } satisfies AccessOrder);
  const { mebibytes, accesses, rounds } = RANDOM;
  const [lines = []] = await ask([`random ${mebibytes} ${accesses} ${rounds}`]);
  const pairs = lines.slice(WARM_UP).map(([own = Number.NaN, region = Number.NaN]) => ({ own, region }));
  report({
    ...{ bench, case: 'region-read', metric: 'nsPerAccess', unit: 'ns' },
    ...measured(pairs.map(({ region }) => region / accesses)),
    ...{ rival: 'private memory', rivalValue: measured(pairs.map(({ own }) => own / accesses)).value },
    ratio: tidy(
      percentile(
        pairs.map(({ own, region }) => region / own),
        50,
      ),
    ),
    ...{ target: TARGET_RATIO, note: `${mebibytes} MiB, dependent reads; huge pages: ${hugePages()}` },
  });
  for (const size of SIZES) {
    const times = Math.max(1, Math.min(TIMES_MAX, Math.floor(BYTES_PER_ROUND / size)));
    const operations = ['read-pointer', 'read-copy', 'write-pointer', 'write-copy'] as const;
    const answers = await ask(operations.map((operation) => `${operation} ${size} ${times} ${ROUNDS}`));
    for (const [index, access] of (['read', 'write'] as const).entries()) {
      const us = (answer: readonly number[][] = []) => measured(answer.map(([ns = Number.NaN]) => ns / 1000 / times));
      const [pointer, copy] = [us(answers[2 * index]), us(answers[2 * index + 1])];
      const base = { bench, case: `local-${access}-${sizeName(size)}`, unit: 'us' };
      report({ ...base, metric: 'byPointer', ...pointer, note: 'pointer asked for, then every word' });
      report({ ...base, metric: 'byCopy', ...copy, rival: 'byPointer', ratio: tidy(copy.value / pointer.value) });
    }
  }
}

/** Whom the kernel gives huge pages, where they would go to private memory only: `always`, or who asks (`madvise`). */
function hugePages(): string {
  try {
    const text = readFileSync('/sys/kernel/mm/transparent_hugepage/enabled', 'utf8');
    return /\[(\w+)\]/.exec(text)?.[1] ?? 'not known';
  } catch {
    return 'none';
  }
}
