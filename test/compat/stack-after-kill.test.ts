import { expect, it } from '@jest/globals';
import { runScenario } from '../support/scenario.ts';

it('endless recursion after kills on suspendable stacks ends the call, not the process', async () => {
  const { exit, report, output } = await runScenario<{ kills: string[]; overflows: string[]; sameThread: number }>(
    'recursion-after-kill',
  );
  expect([exit, output]).toEqual([0, expect.anything()]);
  expect(new Set(report?.kills)).toEqual(new Set(['TIMEOUT']));
  expect(new Set(report?.overflows)).toEqual(new Set(['STACK_OVERFLOW']));
  expect(report?.sameThread).toBeGreaterThan(2);
});
