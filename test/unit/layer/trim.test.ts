import { expect, it } from '@jest/globals';
import { runScenario } from '../../support/scenario.ts';
import type { TrimReport } from '../../support/scenarios/trim.ts';

it('what lies free between blocks in use is given back to the system', async () => {
  const { exit, report, output } = await runScenario<TrimReport>('trim');
  expect([exit, output]).toEqual([0, expect.anything()]);
  expect(report?.given).toBeGreaterThan((report?.freed ?? Number.POSITIVE_INFINITY) / 2);
});
