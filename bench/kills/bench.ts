import type { Bench } from '../harness/bench.ts';
import { runChild } from '../harness/child.ts';
import { measured, tidy } from '../harness/figure.ts';
import { prepareSamples } from '../harness/samples.ts';
import { percentile } from '../harness/statistics.ts';
import { RUNAWAYS } from './guests.ts';
import type { KillsAnswer, KillsOrder } from './in-process.ts';

const NAME = 'kills';
const CHILD = new URL('in-process.ts', import.meta.url);
const TIMEOUT_MS = 100;
const CALLS = 20;
const NEIGHBOURS = [0, 100];
/** A runaway ends this many ms after its limit at most. */
const TARGET_MS = 50;

/** How late runaway calls end. */
export const kills: Bench = {
  name: NAME,
  summary: 'how long after its limit a runaway call ends: worst, p50 and p99, quiet and among 100 suspended neighbours',
  async run({ report, progress }) {
    await prepareSamples(progress);
    for (const neighbours of NEIGHBOURS) {
      for (const runaway of RUNAWAYS) {
        const order: KillsOrder = { runaway, timeoutMs: TIMEOUT_MS, calls: CALLS, neighbours };
        const { refused, wallMs, queuedMs, runMs } = await runChild<KillsAnswer>(CHILD, order);
        const name = neighbours === 0 ? runaway.name : `${runaway.name}-neighbours`;
        progress(
          refused === undefined ? `${name}: ${wallMs.map((ms) => ms.toFixed(0)).join(' ')} ms` : `${name}: ${refused}`,
        );
        const base = { bench: NAME, case: name, unit: 'ms' };
        if (refused !== undefined) {
          report({ ...base, metric: 'refusedAtUpload', value: 1, unit: '', note: refused });
          continue;
        }
        // What has a limit of its own ends when it is reached: there is no moment to be late for.
        const timed = runaway.code === 'TIMEOUT';
        // The limit does not run while a call waits for a thread.
        const times = wallMs.map((ms, call) => ms - (queuedMs[call] ?? 0) - (timed ? TIMEOUT_MS : 0));
        const prefix = timed ? 'lateness' : 'untilEnd';
        const note = { note: runaway.code };
        const target = timed ? { target: TARGET_MS } : {};
        report({
          ...base,
          metric: `${prefix}Worst`,
          value: tidy(Math.max(...times)),
          samples: CALLS,
          ...target,
          ...note,
        });
        report({ ...base, metric: `${prefix}P99`, value: tidy(percentile(times, 99)), samples: CALLS });
        report({ ...base, metric: `${prefix}P50`, ...measured(times) });
        if (timed) report({ ...base, metric: 'guardLateness', ...measured(runMs.map((ms) => ms - TIMEOUT_MS)) });
        report({ ...base, metric: 'queued', ...measured(queuedMs) });
      }
    }
  },
};
