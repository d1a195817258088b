import { toFaasmError } from '../core/errors.ts';
import type {
  GlobalState,
  StateChange,
  StateCondition,
  StateEntry,
  StateLease,
  StateRange,
  StateStat,
  StateSum,
} from '../core/global-state.ts';
import { sortedInSteps } from '../core/in-steps.ts';
import { redisPlace } from '../core/redis-url.ts';
import { mapLimited } from './map-limited.ts';
import { byKey } from './object-keys.ts';
import { RedisConnection } from './redis-connection.ts';
import { probeKey, type StateKeys, stateKeys } from './redis-keys.ts';
import { RedisLocks } from './redis-locks.ts';
import { checkPolicy } from './redis-policy.ts';
import { type RecordsStat, RedisRecords } from './redis-records.ts';
import { type ReadBytes, readValue } from './redis-transfer.ts';
import { RedisUsage } from './redis-usage.ts';
import { RedisWriter } from './redis-writer.ts';
import { checkComparison, checkPlace, checkRanges, stateCost } from './state-checks.ts';

const TIMEOUT_MS = 5000;
const PREFIX = 'faasm';
const LIST_REQUESTS = 64;
/** How long the version of a removed value is remembered; it is greater than any clock's anyway. */
const REMEMBERED_MS = 86_400_000;

/** Options of {@link redisGlobalState}. */
export interface RedisGlobalStateOptions {
  /** See core/redis-url.ts. */
  readonly url: string;
  /** Begins the names of all keys; hosts with the same one share their state. Default: `faasm`. */
  readonly prefix?: string;
  /** Bytes one user may keep: values, records and their names. Default: no limit. */
  readonly userLimitBytes?: number;
  /** A server that says nothing for so long is given up; while there is none, requests wait as long again. Default 5000. */
  readonly timeoutMs?: number;
  /** Certificates in PEM to trust with TLS instead of the system's. */
  readonly ca?: string;
}

/**
 * The global state tier in Redis 6.2 or newer, or what speaks its protocol: one server, one watched by sentinels, or a cluster. All
 * changes are scripts, which Redis carries out as a whole. Values of up to 512 MiB travel in pieces of 1 MiB. Connects in the
 * background. Throws `BAD_REQUEST` for a URL that is none.
 */
export function redisGlobalState(options: RedisGlobalStateOptions): GlobalState {
  return new RedisGlobalState(options);
}

class RedisGlobalState implements GlobalState {
  readonly name: string;
  readonly #prefix: string;
  readonly #redis: RedisConnection;
  readonly #usage: RedisUsage;
  readonly #writer: RedisWriter;
  readonly #records: RedisRecords;
  readonly #locks: RedisLocks;

  constructor(options: RedisGlobalStateOptions) {
    const place = redisPlace(options.url);
    this.name = place.shown;
    this.#prefix = options.prefix ?? PREFIX;
    const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#redis = new RedisConnection({ place, timeoutMs, ...(options.ca === undefined ? {} : { ca: options.ca }) });
    this.#usage = new RedisUsage(this.#redis, this.#prefix, options.userLimitBytes ?? Number.POSITIVE_INFINITY);
    this.#writer = new RedisWriter(this.#redis);
    this.#records = new RedisRecords(this.#redis);
    this.#locks = new RedisLocks(this.#redis);
  }

  async stat(user: string, key: string): Promise<StateStat | undefined> {
    const { value, version } = this.#keys(user, key);
    const answer = await this.#redis.run('stat-2', [value, version], [], { repeatable: true });
    if (answer === null) return undefined;
    const [sizeBytes, found] = answer as [number, number];
    return { sizeBytes, version: found };
  }

  async read(user: string, key: string, offset: number, length: number): Promise<ReadBytes | undefined> {
    checkPlace(offset, length);
    return readValue(this.#redis, this.#keys(user, key), offset, length);
  }

  async write(user: string, key: string, bytes: Uint8Array, options: StateCondition = {}): Promise<StateStat> {
    return this.#counted(user, key, bytes.length, () =>
      this.#writer.write({ user, key, keys: this.#keys(user, key) }, bytes, options),
    );
  }

  async writeRanges(
    user: string,
    key: string,
    sizeBytes: number,
    ranges: readonly StateRange[],
    options: StateCondition = {},
  ): Promise<StateChange> {
    checkRanges(user, key, sizeBytes, ranges);
    const target = { user, key, keys: this.#keys(user, key) };
    // Mostly there is a value, and nothing to be counted.
    const written = await this.#writer.writeRanges(target, sizeBytes, ranges, options);
    if (written !== undefined) return written;
    return this.#counted(user, key, sizeBytes, () => this.#writer.makeRanges(target, sizeBytes, ranges, options));
  }

  async remove(user: string, key: string, options: StateCondition = {}): Promise<boolean> {
    const target = { user, key, keys: this.#keys(user, key) };
    const { removed, version } = await this.#writer.remove(target, options, REMEMBERED_MS);
    if (!removed) return false;
    await this.#usage.settle(user, key, 'value', undefined, version);
    await this.#usage.settle(user, key, 'records', undefined, version);
    return true;
  }

  async list(user: string, prefix: string): Promise<readonly StateEntry[]> {
    const entries: StateEntry[] = [];
    await mapLimited([...(await this.#usage.keys(user, prefix))], LIST_REQUESTS, async (key) => {
      const stat = await this.stat(user, key);
      if (stat !== undefined) entries.push({ key, sizeBytes: stat.sizeBytes });
      // Counted for a write that failed.
      else await this.#usage.settle(user, key, 'value', undefined, 0);
    });
    return sortedInSteps(entries, byKey);
  }

  async append(user: string, key: string, bytes: Uint8Array): Promise<number> {
    const keys = this.#keys(user, key);
    await this.#usage.reserve(user, key, 'records', stateCost(key, bytes.length), true);
    try {
      const records = await this.#records.append(keys, bytes);
      await this.#usage.settle(user, key, 'records', recordsCost(key, records), records.version);
      return records.count;
    } catch (error) {
      await this.#recount(user, key, error);
      throw error;
    }
  }

  async readAppended(user: string, key: string, count: number, maxBytes: number): Promise<Uint8Array> {
    checkPlace(0, count);
    return this.#records.read({ user, key, keys: this.#keys(user, key) }, count, maxBytes);
  }

  async clearAppended(user: string, key: string): Promise<void> {
    const version = await this.#records.clear(this.#keys(user, key));
    await this.#usage.settle(user, key, 'records', undefined, version);
  }

  async add(user: string, key: string, offset: number, delta: bigint, width: 4 | 8): Promise<StateSum> {
    checkPlace(offset, width);
    const target = { user, key, keys: this.#keys(user, key) };
    const added = await this.#writer.add(target, offset, delta, width);
    if (added !== undefined) return added;
    const make = () => this.#writer.makeAndAdd(target, offset, delta, width);
    return this.#counted(user, key, offset + width, make);
  }

  async compareAndSet(
    user: string,
    key: string,
    offset: number,
    expected: Uint8Array,
    replacement: Uint8Array,
  ): Promise<StateChange | undefined> {
    checkComparison(offset, expected, replacement);
    return this.#writer.compareAndSet({ user, key, keys: this.#keys(user, key) }, offset, expected, replacement);
  }

  lock(user: string, key: string, owner: string, ttlMs: number): Promise<StateLease | undefined> {
    return this.#locks.lock(this.#keys(user, key), owner, ttlMs);
  }

  renew(user: string, key: string, owner: string, fence: number, ttlMs: number): Promise<boolean> {
    return this.#locks.renew(this.#keys(user, key), owner, fence, ttlMs);
  }

  unlock(user: string, key: string, owner: string, fence: number): Promise<boolean> {
    return this.#locks.unlock(this.#keys(user, key), owner, fence);
  }

  async check(): Promise<void> {
    await this.#redis.command('SET', probeKey(this.#prefix), '', 'PX', 1000);
    await checkPolicy(this.#redis);
  }

  async close(): Promise<void> {
    this.#redis.close();
  }

  #keys(user: string, key: string): StateKeys {
    return stateKeys(this.#prefix, user, key);
  }

  /** Does `work`, which makes a value of `sizeBytes`, with the room for it counted before and what is there after. */
  async #counted<T extends StateStat>(
    user: string,
    key: string,
    sizeBytes: number,
    work: () => Promise<T>,
  ): Promise<T> {
    const changed = await this.#usage.reserve(user, key, 'value', stateCost(key, sizeBytes));
    try {
      const stat = await work();
      if (changed) await this.#usage.settle(user, key, 'value', stateCost(key, stat.sizeBytes), stat.version);
      return stat;
    } catch (error) {
      if (changed) await this.#recount(user, key, error);
      throw error;
    }
  }

  /**
   * Counts what is there after something was refused. Where it failed because Redis is away, too much is counted until the
   * next change of the key.
   */
  async #recount(user: string, key: string, error: unknown): Promise<void> {
    if (toFaasmError(error).code === 'STATE_UNAVAILABLE') return;
    const stat = await this.stat(user, key);
    await this.#usage.settle(user, key, 'value', stat && stateCost(key, stat.sizeBytes), stat?.version ?? 0);
    const records = await this.#records.stat(this.#keys(user, key));
    await this.#usage.settle(user, key, 'records', records && recordsCost(key, records), records?.version ?? 0);
  }
}

function recordsCost(key: string, { count, sizeBytes }: RecordsStat): number {
  return stateCost(key, 0) * count + sizeBytes;
}
