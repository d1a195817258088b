import type { Bench } from '../harness/bench.ts';
import { runChild } from '../harness/child.ts';
import { tidy } from '../harness/figure.ts';
import { prepareSamples } from '../harness/samples.ts';
import { percentile } from '../harness/statistics.ts';
import type { NeighboursAnswer, NeighboursOrder } from './in-process.ts';

const NAME = 'neighbours';
const CHILD = new URL('in-process.ts', import.meta.url);
const SLEEP_MS = 50;
const BUSY_MS = 10_000;
/** Calls per second. */
const RATES = [20, 200];
const TARGET_P99_MS = 100;

/** What CPU-bound calls on every core do to calls that wait. */
export const neighbours: Bench = {
  name: NAME,
  summary: 'latency of calls that sleep 50 ms while a CPU-bound call of 10 s runs on every core',
  async run({ report, progress }) {
    await prepareSamples(progress);
    for (const busy of [false, true]) {
      for (const rate of RATES) {
        const order: NeighboursOrder = { sleepMs: SLEEP_MS, busyMs: BUSY_MS, rate, busy };
        const { latencies, threads } = await runChild<NeighboursAnswer>(CHILD, order);
        const base = {
          bench: NAME,
          case: `${busy ? 'busy' : 'quiet'}-${rate}-per-s`,
          unit: 'ms',
          samples: latencies.length,
        };
        const note = { note: `${threads} threads at the end` };
        report({ ...base, metric: 'latencyP50', value: tidy(percentile(latencies, 50)), ...note });
        report({ ...base, metric: 'latencyP99', value: tidy(percentile(latencies, 99)), target: TARGET_P99_MS });
        report({ ...base, metric: 'latencyWorst', value: tidy(Math.max(...latencies)) });
      }
    }
  },
};
