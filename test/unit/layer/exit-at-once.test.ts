import { expect, it } from '@jest/globals';
import { runScenario } from '../../support/scenario.ts';

it('ends the process, whatever its threads do', async () => {
  expect((await runScenario('exit', 7)).exit).toBe(7);
});
