import type { RedisConnection } from './redis-connection.ts';
import { usageKey } from './redis-keys.ts';
import { userLimitError } from './state-checks.ts';

/** What of a key is counted: its value, or what was appended. */
export type UsageKind = 'value' | 'records';

const MARKS: Readonly<Record<UsageKind, string>> = { value: 'v', records: 'a' };
const SCAN_COUNT = 500;

/**
 * How much each user has in Redis, and which keys: in a cluster nothing else tells. It is counted before something is
 * written and corrected after, so that it is never less than what is there, whoever fails in between.
 */
export class RedisUsage {
  readonly #redis: RedisConnection;
  readonly #prefix: string;
  readonly #limitBytes: number;

  constructor(redis: RedisConnection, prefix: string, limitBytes: number) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#limitBytes = limitBytes;
  }

  /** Counts `cost` bytes, or as many more with `added`; true when that differs from before. Throws `STATE_LIMIT`. */
  async reserve(user: string, key: string, kind: UsageKind, cost: number, added = false): Promise<boolean> {
    const limit = Math.min(this.#limitBytes, Number.MAX_SAFE_INTEGER);
    const args = [MARKS[kind] + key, cost, added ? 1 : 0, limit];
    // Adding twice would count what nobody has written.
    const how = { repeatable: !added };
    const [granted, answer = 0] = (await this.#redis.run('reserve-1', [this.#key(user)], args, how)) as number[];
    if (granted === 0) throw userLimitError(user, answer, this.#limitBytes);
    return answer === 1;
  }

  /** Counts what is there by now, undefined: nothing; as of `version`. */
  async settle(user: string, key: string, kind: UsageKind, cost: number | undefined, version: number): Promise<void> {
    const args = [MARKS[kind] + key, cost ?? '', version];
    await this.#redis.run('settle-1', [this.#key(user)], args, { repeatable: true });
  }

  /** Keys of a user that begin with `prefix` and may hold values. */
  async keys(user: string, prefix: string): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    let cursor = '0';
    do {
      const answer = await this.#redis.command('HSCAN', this.#key(user), cursor, 'COUNT', SCAN_COUNT);
      const [next, entries] = answer as [Buffer, Buffer[]];
      for (let i = 0; i < entries.length; i += 2) {
        const field = String(entries[i]);
        if (field.startsWith(MARKS.value + prefix)) found.add(field.slice(1));
      }
      cursor = String(next);
    } while (cursor !== '0');
    return found;
  }

  #key(user: string): string {
    return usageKey(this.#prefix, user);
  }
}
