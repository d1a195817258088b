import { expect, it } from '@jest/globals';
import { runScenario } from '../support/scenario.ts';
import type { BlockedReport } from '../support/scenarios/blocked.ts';

/** Mappings that come and go with V8's heap; the budget keeps far more than that in reserve. */
const SLACK = 500;

it('2,000 blocked calls, each with a memory, an image and regions, are held at once, and the budget knows what they take', async () => {
  const count = 2000;
  const { exit, report, output } = await runScenario<BlockedReport>('blocked', count, 500);
  expect([exit, output]).toEqual([0, expect.anything()]);
  if (report === undefined) throw new Error(`The scenario reported nothing: ${output}`);
  console.log(`${count} blocked: ${report.mappings} mappings, taken for ${report.estimate}`);
  const { success = 0, HOST_OVERLOADED: refused = 0, ...others } = report.endings;
  expect([others, report.wrong, success + refused]).toEqual([{}, 0, count]);
  expect(report.running).toBe(count);
  // Two mappings for each at least, or nothing was blocked.
  expect(report.mappings).toBeGreaterThan(2 * report.running);
  expect(report.mappings).toBeLessThan(report.estimate + SLACK);
  expect(report.after).toBe(20);
});
