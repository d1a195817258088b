import { expect, it } from '@jest/globals';
import { runScenario } from '../support/scenario.ts';
import type { BlockedReport } from '../support/scenarios/blocked.ts';

it.each([10_000, 16_000])(
  '%d blocked calls: served or refused in time, the process lives',
  async (count) => {
    const { exit, report, output } = await runScenario<BlockedReport>('blocked', count, 3000);
    expect([exit, output]).toEqual([0, expect.anything()]);
    console.log(`${count} blocked: ${JSON.stringify(report)}`);
    const { success = 0, HOST_OVERLOADED: refused = 0, ...others } = report?.endings ?? {};
    expect([others, report?.wrong, success + refused]).toEqual([{}, 0, count]);
    expect(success).toBeGreaterThan(5000);
    expect(report?.after).toBe(20);
  },
  120_000,
);
