import { provideRedis } from '../../scripts/setup-redis.ts';
import { startRedis } from '../../test/support/redis-server.ts';
import type { Bench } from '../harness/bench.ts';
import { prepareSamples } from '../harness/samples.ts';
import { accessCases } from './access-cases.ts';
import { lockCases } from './lock-cases.ts';
import { partCases } from './part-cases.ts';
import { sgdCases } from './sgd-cases.ts';
import { wholeCases } from './whole-cases.ts';

const NAME = 'state';

/** State: access to regions and values, pushes, pulls and locks, and what lock-free SGD makes of them. */
export const state: Bench = {
  name: NAME,
  summary: 'access to state, pushes, pulls and locks beside bare Redis; SGD beside native threads and processes',
  async run(context) {
    const problem = await provideRedis();
    if (problem !== undefined) throw new Error(problem);
    await prepareSamples(context.progress);
    await accessCases(context.report, NAME);
    for (const cases of [partCases, wholeCases, lockCases]) {
      const redis = await startRedis();
      try {
        await cases(context.report, NAME, redis.url);
      } finally {
        await redis.remove();
      }
    }
    await sgdCases(context.report, NAME);
  },
};
