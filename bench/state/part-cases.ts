import { runChild } from '../harness/child.ts';
import { measured, type ReportFigure, tidy } from '../harness/figure.ts';
import { percentile } from '../harness/statistics.ts';
import type { DeclaredAnswer } from './declared-process.ts';
import { compileGuest } from './guests.ts';
import { comparedPairs } from './pairs.ts';
import type { HostMemory, PartOrder } from './part-host.ts';
import type { UndeclaredAnswer } from './undeclared-process.ts';

const DECLARED = new URL('declared-process.ts', import.meta.url);
const UNDECLARED = new URL('undeclared-process.ts', import.meta.url);
/** What has become garbage is not to be counted. */
const CHILD = { execArgv: ['--expose-gc'] };
const MIB = 1024 * 1024;
const VALUE_BYTES = 100 * MIB;
const PART_BYTES = 4096;
const RATIO_TARGET = 5;
const SENT_TARGET_BYTES = 65_536;

/** Pushes of 4 KB that were changed in a value of 100 MB: declared beside SETRANGE, and found by comparison. */
export async function partCases(report: ReportFigure, bench: string, url: string): Promise<void> {
  const sizes = { valueBytes: VALUE_BYTES, partBytes: PART_BYTES };
  const order = { file: await compileGuest('transfer'), url, ...sizes };
  const often: PartOrder = { ...order, count: 300, warmUp: 100 };
  const declared = await runChild<DeclaredAnswer>(DECLARED, often, CHILD);
  reportDeclared(report, bench, declared);
  const seldom: PartOrder = { ...order, count: 20, warmUp: 5 };
  reportUndeclared(report, bench, await runChild<UndeclaredAnswer>(UNDECLARED, seldom, CHILD), declared.memory);
}

function reportDeclared(report: ReportFigure, bench: string, answer: DeclaredAnswer): void {
  const base = { bench, case: 'push-4k-of-100m' };
  const rival = 'SETRANGE';
  report({ ...base, metric: 'push', ...comparedPairs(answer.push, rival), target: RATIO_TARGET });
  report({ ...base, metric: 'declareAndPush', ...comparedPairs(answer.declareAndPush, rival) });
  report({ ...base, metric: 'pushInALoop', ...comparedPairs(answer.inALoop, rival), note: 'nothing else is done' });
  report({
    ...{ ...base, metric: 'bytesSent', unit: 'B', value: tidy(answer.sentBytes), target: SENT_TARGET_BYTES },
    note: `${rival}: ${tidy(answer.bareSentBytes)}; as Redis counts them`,
  });
}

/** What finding the change costs; `before` is the memory of a host that need not find any. */
function reportUndeclared(
  report: ReportFigure,
  bench: string,
  { push, copy, memory }: UndeclaredAnswer,
  before: HostMemory,
): void {
  const base = { bench, case: 'push-4k-of-100m-undeclared' };
  const speeds = (times: readonly number[]) => times.map((ns) => VALUE_BYTES / ns);
  const ratios = push.ours.map((ns, index) => (push.bare[index] ?? Number.NaN) / ns);
  report({
    ...{ ...base, metric: 'comparison', unit: 'GB/s', ...measured(speeds(push.ours)) },
    ...{ rival: 'memcmp', rivalValue: measured(speeds(push.bare)).value, ratio: tidy(percentile(ratios, 50)) },
    note: `value by time of the push; memcpy ${measured(speeds(copy)).value} GB/s`,
  });
  const mb = (bytes: number): number => tidy(bytes / 1e6);
  report({
    ...{ ...base, metric: 'twinMemory', unit: 'MB', value: mb(memory.countedBytes - before.countedBytes) },
    note: `as the host counts it; the process is larger by ${mb(memory.processBytes - before.processBytes)} (PSS)`,
  });
}
