import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { memoryGlobalState } from '../../src/stores/memory-global-state.ts';
import { redisGlobalState } from '../../src/stores/redis-global-state.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { startRuntime, stopRuntime, type TestRuntime } from '../support/runtime.ts';
import { interleave } from '../support/state-interleavings.ts';

describe.each([
  ['native', 'in memory', [1, 2, 3]],
  ['portable', 'in memory', [4]],
  ['native', 'on Redis', [5, 6, 7]],
] as const)('several Faaslets on two hosts, %s layer, %s', (layer, tier, seeds) => {
  let redis: RedisServer | undefined;
  let open = memoryGlobalState;
  let hosts: readonly [TestRuntime, TestRuntime];
  const tiers: ReturnType<typeof open>[] = [];

  beforeAll(async () => {
    if (tier === 'on Redis') {
      redis = await startRedis();
      const { url } = redis;
      open = () => redisGlobalState({ url });
      tiers.push(open(), open());
    } else {
      const shared = open();
      tiers.push(shared, shared);
    }
    const start = (index: number) =>
      startRuntime({
        layer,
        threads: 3,
        limits: { timeoutMs: 250_000 },
        ...(tiers[index] && { globalState: tiers[index] }),
      });
    hosts = [await start(0), await start(1)];
  });
  afterAll(async () => {
    await Promise.all(hosts.map(stopRuntime));
    for (const each of tiers) await each.close();
    await redis?.remove();
  });

  it.each(seeds)(
    'each have their own bytes to themselves, whatever the others do; seed %i',
    async (seed) => {
      const [global] = tiers;
      if (global === undefined) throw new Error('no tier');
      await interleave(hosts, global, seed);
    },
    30_000,
  );
});
