import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { killStorm, prepareStorm } from '../support/kill-storm.ts';
import { mappingCount, memoryUse } from '../support/process-facts.ts';
import { startRuntime, stopRuntime, type TestRuntime } from '../support/runtime.ts';

const MIB = 1024 * 1024;
const ROUND = 2000;

let runtime: TestRuntime;

beforeAll(async () => {
  runtime = await startRuntime();
  await prepareStorm(runtime);
});

afterAll(() => stopRuntime(runtime));

it('10,000 kills among 100 neighbours cost no thread, no memory and no mapping', async () => {
  const uses: { rss: number; mappings: number; threads: number }[] = [];
  for (let round = 0; round < 5; round += 1) {
    const report = await killStorm(runtime, ROUND);
    expect(report.wrong).toEqual([]);
    uses.push({ rss: memoryUse().rss, mappings: mappingCount(), threads: runtime.info().threads });
    console.log(`round ${round}: worst ${report.worstMs.toFixed(1)} ms (${report.worstLoop})`, uses.at(-1));
  }
  const [first, last] = [uses[1], uses.at(-1)];
  if (first === undefined || last === undefined) throw new Error('no rounds');
  expect(last.rss - first.rss).toBeLessThan(200 * MIB);
  expect(last.mappings - first.mappings).toBeLessThan(1000);
}, 900_000);
