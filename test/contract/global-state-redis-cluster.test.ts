import { afterAll, beforeAll } from '@jest/globals';
import { redisGlobalState } from '../../src/stores/redis-global-state.ts';
import { type RedisCluster, startRedisCluster } from '../support/redis-server.ts';
import { globalStateContract } from './global-state.ts';

let cluster: RedisCluster;
let tiers = 0;

beforeAll(async () => {
  cluster = await startRedisCluster();
});

afterAll(async () => {
  await cluster.remove();
});

globalStateContract('redis cluster', async (options) => {
  tiers += 1;
  return redisGlobalState({ url: cluster.url, prefix: `test-${tiers}`, ...options });
});
