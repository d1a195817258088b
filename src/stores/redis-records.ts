import { FaasmError } from '../core/errors.ts';
import type { RedisConnection } from './redis-connection.ts';
import type { StateKeys } from './redis-keys.ts';
import { lost, PIECE_BYTES, VALUE_MAX_BYTES, withStaged } from './redis-transfer.ts';

/** What is known of the records of a key. */
export interface RecordsStat {
  readonly count: number;
  /** Of the records alone, without their lengths. */
  readonly sizeBytes: number;
  readonly version: number;
}

const LENGTH_BYTES = 4;
/** Reads that find all records removed meanwhile, before we give up. */
const READS_MAX = 5;

/** Appended records in Redis: one string of lengths and bytes; see scripts/append-2.lua. */
export class RedisRecords {
  readonly #redis: RedisConnection;

  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  /** Appends a record. Throws `STATE_LIMIT`. */
  async append(keys: StateKeys, bytes: Uint8Array): Promise<RecordsStat> {
    const { records, recordCount } = keys;
    if (bytes.length <= PIECE_BYTES) {
      const answer = await this.#redis.run('append-2', [records, recordCount], [bytes], { repeatable: false });
      const [count, sizeBytes, version] = answer as [number, number, number];
      return { count, sizeBytes, version };
    }
    return withStaged(this.#redis, keys, [bytes], async (temporary) => {
      const args = [bytes.length, VALUE_MAX_BYTES];
      const all = [records, recordCount, temporary];
      const answer = await this.#redis.run('append-staged-3', all, args, { repeatable: false });
      const [outcome, count, sizeBytes, version] = answer as [Buffer, number, number, number];
      if (String(outcome) === 'unstaged') throw lost(this.#redis);
      if (String(outcome) === 'large') throw tooLarge(this.#redis.name);
      return { count, sizeBytes, version };
    });
  }

  /** Undefined where there are no records. */
  async stat({ recordCount }: StateKeys): Promise<RecordsStat | undefined> {
    const answer = (await this.#redis.command('HMGET', recordCount, 'n', 'b', 'v')) as (Buffer | null)[];
    const [count, sizeBytes, version] = answer.map((number) => (number === null ? undefined : Number(number)));
    if (count === undefined || sizeBytes === undefined || version === undefined) return undefined;
    return { count, sizeBytes, version };
  }

  /** The first `count` records; see GlobalState.readAppended. Throws `STATE_CONFLICT` when they are removed again and again. */
  async read(user: string, key: string, keys: StateKeys, count: number): Promise<readonly Uint8Array[]> {
    for (let attempt = 0; attempt < READS_MAX; attempt += 1) {
      const records = await this.#readOnce(keys, count);
      if (records !== undefined) return records;
    }
    throw new FaasmError(
      'STATE_CONFLICT',
      `What was appended to state ${user}/${key} was removed each time while it was being read: try again.`,
    );
  }

  /** Removes all records; answers the version. */
  async clear({ records, recordCount }: StateKeys): Promise<number> {
    const answer = await this.#redis.run('clear-appended-2', [records, recordCount], [], { repeatable: true });
    return answer as number;
  }

  /** Undefined when the records were removed before all had been read. */
  async #readOnce({ records, recordCount }: StateKeys, count: number): Promise<readonly Uint8Array[] | undefined> {
    const found: Uint8Array[] = [];
    let rest = new Uint8Array();
    let first: number | undefined;
    for (let offset = 0; found.length < count; ) {
      const args = [offset, PIECE_BYTES];
      const answer = await this.#redis.run('read-appended-2', [records, recordCount], args, { repeatable: true });
      if (answer === null) return first === undefined ? found : undefined;
      const [since, there, bytes] = answer as [number, number, Buffer];
      if (first !== undefined && since !== first) return undefined;
      first = since;
      offset += bytes.length;
      rest = cutRecords(Buffer.concat([rest, bytes]), found, count);
      if (found.length >= there || bytes.length === 0) return found;
    }
    return found;
  }
}

/** Moves copies of the whole records at the start of `bytes` to `found`, up to `count` in all; answers what is left. */
function cutRecords(bytes: Buffer, found: Uint8Array[], count: number): Uint8Array<ArrayBuffer> {
  let at = 0;
  while (found.length < count && at + LENGTH_BYTES <= bytes.length) {
    const end = at + LENGTH_BYTES + bytes.readUInt32LE(at);
    if (end > bytes.length) break;
    found.push(new Uint8Array(bytes.subarray(at + LENGTH_BYTES, end)));
    at = end;
  }
  return new Uint8Array(bytes.subarray(at));
}

function tooLarge(name: string): FaasmError {
  return new FaasmError(
    'STATE_LIMIT',
    `${name} takes no more than 512 MiB appended to one key: clear what has been read.`,
  );
}
