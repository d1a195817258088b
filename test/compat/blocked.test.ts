import { expect, it } from '@jest/globals';
import { runScenario } from '../support/scenario.ts';
import type { BlockedReport } from '../support/scenarios/blocked.ts';

/** Mappings that come and go with V8's heap and threads; the budget keeps far more than that in reserve. */
const SLACK = 500;

it('2,000 blocked calls, each with a memory, an image and a region: served or refused, and the budget knows', async () => {
  const count = 2000;
  const { exit, report, output } = await runScenario<BlockedReport>('blocked', count, 3000);
  expect([exit, output]).toEqual([0, expect.anything()]);
  if (report === undefined) throw new Error(`The scenario reported nothing: ${output}`);
  console.log(`${count} blocked: ${report.mappings} mappings, taken for ${report.estimate}`);
  const { success = 0, HOST_OVERLOADED: refused = 0, ...others } = report.endings;
  expect([others, report.wrong, success + refused]).toEqual([{}, 0, count]);
  // On a busy machine the first ones wake before the last ones sleep.
  expect(report.running).toBeGreaterThan(count / 2);
  // Two mappings for each at least, or nothing was blocked.
  expect(report.mappings).toBeGreaterThan(2 * report.running);
  expect(report.mappings).toBeLessThan(report.estimate + SLACK);
  expect(report.after).toBe(20);
});
