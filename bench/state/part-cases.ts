import { runChild } from '../harness/child.ts';
import type { ReportFigure } from '../harness/figure.ts';
import { measured, tidy } from '../harness/figure.ts';
import { compileGuest } from './guests.ts';
import { comparedPairs } from './pairs.ts';
import type { PartAnswer, PartOrder } from './part-process.ts';

const CHILD = new URL('part-process.ts', import.meta.url);
const MIB = 1024 * 1024;
const VALUE_BYTES = 100 * MIB;
const PART_BYTES = 4096;
const DECLARED = { declares: true, count: 300, warmUp: 100 };
const UNDECLARED = { declares: false, count: 15, warmUp: 5 };
const RATIO_TARGET = 5;
const SENT_TARGET_BYTES = 65_536;

/** Pushes of 4 KB that were changed in a value of 100 MB: declared beside SETRANGE, and found by comparison. */
export async function partCases(report: ReportFigure, bench: string, url: string): Promise<void> {
  const file = await compileGuest('transfer');
  const ask = (how: typeof DECLARED) => {
    const order: PartOrder = { file, url, valueBytes: VALUE_BYTES, partBytes: PART_BYTES, ...how };
    return runChild<PartAnswer>(CHILD, order, { execArgv: ['--expose-gc'] });
  };
  const declared = await ask(DECLARED);
  reportDeclared(report, bench, declared);
  reportUndeclared(report, bench, await ask(UNDECLARED), declared);
}

function reportDeclared(report: ReportFigure, bench: string, { pairs, declare, loops, ...sent }: PartAnswer): void {
  const base = { bench, case: 'push-4k-of-100m' };
  const rival = 'SETRANGE';
  report({ ...base, metric: 'push', ...comparedPairs(pairs, rival), target: RATIO_TARGET });
  const both = { ...pairs, ours: pairs.ours.map((ns, index) => ns + (declare[index] ?? Number.NaN)) };
  report({ ...base, metric: 'declareAndPush', ...comparedPairs(both, rival) });
  report({ ...base, metric: 'pushInALoop', ...comparedPairs(loops, rival), note: 'nothing else is done meanwhile' });
  report({
    ...{ ...base, metric: 'bytesSent', unit: 'B', value: tidy(sent.sentBytes), target: SENT_TARGET_BYTES },
    note: `${rival}: ${tidy(sent.bareSentBytes)}; as Redis counts them`,
  });
}

/** What finding the change costs; `declared` is the same without that. */
function reportUndeclared(report: ReportFigure, bench: string, found: PartAnswer, declared: PartAnswer): void {
  const base = { bench, case: 'push-4k-of-100m-undeclared' };
  const { pairs, compare, copy, countedBytes, memoryBytes } = found;
  report({ ...base, metric: 'push', ...comparedPairs(pairs, 'SETRANGE') });
  const speed = (times: readonly number[]) => measured(times.map((ns) => VALUE_BYTES / ns));
  const ours = speed(pairs.ours);
  const [memcmp, memcpy] = [speed(compare), speed(copy)];
  report({
    ...{ ...base, metric: 'comparison', unit: 'GB/s', ...ours },
    ...{ rival: 'memcmp', rivalValue: memcmp.value, ratio: tidy(ours.value / memcmp.value) },
    note: `of the value; memcpy ${memcpy.value} GB/s`,
  });
  const mb = (bytes: number): number => tidy(bytes / 1e6);
  report({
    ...{ ...base, metric: 'twinMemory', unit: 'MB', value: mb(countedBytes - declared.countedBytes) },
    note: `as the host counts it; the process is larger by ${mb(memoryBytes - declared.memoryBytes)} (PSS)`,
  });
}
