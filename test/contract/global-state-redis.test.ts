import { afterAll, beforeAll } from '@jest/globals';
import { redisGlobalState } from '../../src/stores/redis-global-state.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { globalStateContract } from './global-state.ts';

let server: RedisServer;
let tiers = 0;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(async () => {
  await server.remove();
});

globalStateContract('redis', async (options) => {
  tiers += 1;
  return redisGlobalState({ url: server.socketUrl, prefix: `test-${tiers}`, ...options });
});
