import { FaasmError } from '../core/errors.ts';
import type { RedisConnection } from './redis-connection.ts';
import type { StateKeys } from './redis-keys.ts';
import { lost, PIECE_BYTES, VALUE_MAX_BYTES, withStaged } from './redis-transfer.ts';
import { checkRecords } from './state-checks.ts';

/** What is known of the records of a key. */
export interface RecordsStat {
  readonly count: number;
  /** Of the records alone, without their lengths. */
  readonly sizeBytes: number;
  readonly version: number;
}

/** Whose records, and the names in Redis of what is kept of them. */
export interface RecordsTarget {
  readonly user: string;
  readonly key: string;
  readonly keys: StateKeys;
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
  async read(target: RecordsTarget, count: number, maxBytes: number): Promise<Uint8Array> {
    for (let attempt = 0; attempt < READS_MAX; attempt += 1) {
      const records = await this.#readOnce(target, count, maxBytes);
      if (records !== undefined) return records;
    }
    const { user, key } = target;
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
  async #readOnce(
    { user, key, keys: { records, recordCount } }: RecordsTarget,
    count: number,
    maxBytes: number,
  ): Promise<Uint8Array | undefined> {
    const found = new FoundRecords(count);
    let first: number | undefined;
    for (let offset = 0; found.count < count; ) {
      const args = [offset, PIECE_BYTES];
      const answer = await this.#redis.run('read-appended-2', [records, recordCount], args, { repeatable: true });
      if (answer === null) return first === undefined ? found.bytes() : undefined;
      const [since, there, bytes] = answer as [number, number, Buffer];
      if (first !== undefined && since !== first) return undefined;
      first = since;
      offset += bytes.length;
      found.take(bytes);
      checkRecords(user, key, count, found.sizeBytes, maxBytes);
      if (found.count >= there || bytes.length === 0) break;
    }
    return found.isPartial ? undefined : found.bytes();
  }
}

/** Records that come in pieces of lengths and bytes. */
class FoundRecords {
  readonly #most: number;
  readonly #parts: Uint8Array[] = [];
  /** What is there of the length of the record that has begun, and how much of its bytes is to come. */
  #head = Buffer.alloc(0);
  #missing = 0;
  #begun = 0;
  #sizeBytes = 0;

  /** `most`: how many are wanted. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many are there whole. */
  get count(): number {
    return this.isPartial ? this.#begun - 1 : this.#begun;
  }

  /** Bytes of all that have begun. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Whether there is a part of a record at the end. */
  get isPartial(): boolean {
    return this.#missing > 0;
  }

  /** Takes the next piece. */
  take(piece: Buffer): void {
    const bytes = Buffer.concat([this.#head, piece]);
    const part = Buffer.allocUnsafe(bytes.length);
    let length = 0;
    let at = 0;
    for (;;) {
      const end = Math.min(at + this.#missing, bytes.length);
      length += bytes.copy(part, length, at, end);
      this.#missing -= end - at;
      at = end;
      if (this.isPartial || this.#begun === this.#most || at + LENGTH_BYTES > bytes.length) break;
      this.#missing = bytes.readUInt32LE(at);
      this.#sizeBytes += this.#missing;
      this.#begun += 1;
      at += LENGTH_BYTES;
    }
    this.#head = Buffer.from(bytes.subarray(at));
    this.#parts.push(part.subarray(0, length));
  }

  /** All that was taken, one after the other. */
  bytes(): Uint8Array {
    const all = new Uint8Array(this.#sizeBytes);
    let end = 0;
    for (const part of this.#parts) {
      all.set(part, end);
      end += part.length;
    }
    return all;
  }
}

function tooLarge(name: string): FaasmError {
  return new FaasmError(
    'STATE_LIMIT',
    `${name} takes no more than 512 MiB appended to one key: clear what has been read.`,
  );
}
