import type { StateLease } from '../core/global-state.ts';
import type { RedisConnection } from './redis-connection.ts';
import type { StateKeys } from './redis-keys.ts';

/** How long a fence is remembered after its lease; the next is greater than any clock's anyway. */
const REMEMBERED_MS = 86_400_000;

/** Locks of state keys in Redis; see GlobalState. */
export class RedisLocks {
  readonly #redis: RedisConnection;

  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  async lock({ lease, fence }: StateKeys, owner: string, ttlMs: number): Promise<StateLease | undefined> {
    // Not sent again: the first may have been granted, and the second would find it taken.
    const answer = await this.#redis.run('lock-2', [lease, fence], [owner, ttlMs, ttlMs + REMEMBERED_MS], {
      repeatable: false,
    });
    return answer === null ? undefined : { fence: answer as number };
  }

  async renew(keys: StateKeys, owner: string, fence: number, ttlMs: number): Promise<boolean> {
    const args = [owner, fence, ttlMs, ttlMs + REMEMBERED_MS];
    return (await this.#redis.run('renew-2', [keys.lease, keys.fence], args, { repeatable: true })) === 1;
  }

  async unlock({ lease }: StateKeys, owner: string, fence: number): Promise<boolean> {
    return (await this.#redis.run('unlock-1', [lease], [owner, fence], { repeatable: false })) === 1;
  }
}
