import type { Bench } from '../harness/bench.ts';
import { prepareSamples } from '../harness/samples.ts';
import { accessCases } from './access-cases.ts';
import { sgdCases } from './sgd-cases.ts';

const NAME = 'state';

/** State on a host: access to regions and values, and what lock-free SGD makes of them. */
export const state: Bench = {
  name: NAME,
  summary: 'access to state by pointer and by copy; lock-free SGD beside native threads and processes with Redis',
  async run(context) {
    await prepareSamples(context.progress);
    await accessCases(context, NAME);
    await sgdCases(context, NAME);
  },
};
