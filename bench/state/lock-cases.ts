import { runChild } from '../harness/child.ts';
import { measured, type ReportFigure } from '../harness/figure.ts';
import { compileGuest } from './guests.ts';
import type { LockAnswer, LockOrder } from './lock-process.ts';
import { comparedPairs } from './pairs.ts';

const CHILD = new URL('lock-process.ts', import.meta.url);
const ORDER = { times: 3000, count: 300, warmUp: 100, heldMs: [5, 100], handovers: 20 };

/** How long a lock takes to go from one call to another, on one host and between two. */
export async function lockCases(report: ReportFigure, bench: string, url: string): Promise<void> {
  const order: LockOrder = { file: await compileGuest('locks'), url, ...ORDER };
  const { writersUs, readerAndWriterUs, pairs, handoverUs } = await runChild<LockAnswer>(CHILD, order);
  const local = {
    bench,
    metric: 'handover',
    unit: 'us',
    note: 'between two Faaslets of a host that wait for each other',
  };
  report({ ...local, case: 'lock-write', ...measured(writersUs) });
  report({ ...local, case: 'lock-read-write', ...measured(readerAndWriterUs) });
  const base = { bench, case: 'lock-global' };
  report({ ...base, metric: 'lockAndUnlock', ...comparedPairs(pairs, 'SET NX and compare-and-delete') });
  for (const [index, times] of handoverUs.entries()) {
    const metric = `handoverAfter${ORDER.heldMs[index]}ms`;
    report({ ...base, metric, unit: 'us', ...measured(times), note: 'to another host, which waited so long' });
  }
}
