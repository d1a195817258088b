import { FaasmError } from '../core/errors.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Checks that Redis does not throw away what it has been given when its memory is full. Throws `STATE_UNAVAILABLE`. */
export async function checkPolicy(redis: RedisConnection): Promise<void> {
  const info = String(await redis.command('INFO', 'memory'));
  const limit = /^maxmemory:(\d+)/m.exec(info)?.[1] ?? '0';
  const policy = /^maxmemory_policy:([\w-]+)/m.exec(info)?.[1] ?? 'noeviction';
  if (limit === '0' || policy === 'noeviction') return;
  throw new FaasmError(
    'STATE_UNAVAILABLE',
    `${redis.name} removes values and locks when its memory is full (maxmemory-policy ${policy}): set it to noeviction.`,
  );
}
