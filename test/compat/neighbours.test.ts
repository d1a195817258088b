import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { killStorm, prepareStorm } from '../support/kill-storm.ts';
import { mappingCount, memoryUse } from '../support/process-facts.ts';
import { startRuntime, stopRuntime, type TestRuntime } from '../support/runtime.ts';

const MIB = 1024 * 1024;
const KILLS = 300;
/** Thousands of calls, each of which needs its turn of a core. */
const STORM_LIMIT_MS = 900_000;

describe('neighbours of runaways', () => {
  let runtime: TestRuntime;

  beforeAll(async () => {
    runtime = await startRuntime();
    await prepareStorm(runtime);
  });

  afterAll(() => stopRuntime(runtime));

  it(
    'finish with right results, and kills cost no thread and no memory',
    async () => {
      // The first round fills the pools.
      const warm = await killStorm(runtime, 100);
      const taken = (): number => runtime.info().budgets.mappings.used;
      const [threads, rss, mappings, taken0] = [runtime.info().threads, memoryUse().rss, mappingCount(), taken()];
      const report = await killStorm(runtime, KILLS);
      const grown = { rss: memoryUse().rss - rss, mappings: mappingCount() - mappings, taken: taken() - taken0 };
      console.log(
        `${report.kills} kills, ${report.sharedKills} on threads with neighbours; ${report.neighbours} neighbours; ` +
          `${threads} threads; grown by ${(grown.rss / MIB).toFixed(1)} MiB and ${grown.mappings} mappings, taken for ${grown.taken}\n` +
          `worst kill lateness ${report.worstMs.toFixed(1)} ms (${report.worstLoop}), in CPU time ${report.worstCpuMs.toFixed(1)} ms`,
      );
      expect([...warm.wrong, ...report.wrong]).toEqual([]);
      expect(report.neighbours).toBeGreaterThanOrEqual(100);
      // The point of it: they did share threads.
      expect(report.sharedKills).toBeGreaterThan(report.kills / 3);
      expect(runtime.info().threads).toBeGreaterThanOrEqual(2);
      expect(runtime.info().running).toBe(0);
      // The heaps of busy threads grow for a while (test/long/kills); a leak for each kill would exceed these bounds.
      expect(grown.rss).toBeLessThan(400 * MIB);
      expect(grown.mappings).toBeLessThan(grown.taken + 1000);
    },
    STORM_LIMIT_MS,
  );
});
