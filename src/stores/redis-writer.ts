import { FaasmError } from '../core/errors.ts';
import type { StateChange, StateCondition, StateRange, StateStat, StateSum } from '../core/global-state.ts';
import type { RedisConnection } from './redis-connection.ts';
import type { StateKeys } from './redis-keys.ts';
import { redisPatch } from './redis-patch.ts';
import type { ScriptName } from './redis-scripts.ts';
import { lost, PIECE_BYTES, VALUE_MAX_BYTES, withStaged } from './redis-transfer.ts';
import { checkSize, checkWithin, conflict } from './state-checks.ts';

/** A state key and its names in Redis. */
export interface RedisTarget {
  readonly user: string;
  readonly key: string;
  readonly keys: StateKeys;
}

/** What a script answers: an outcome, and what the script says of it. */
type Answer = readonly [Buffer, ...(number | Buffer)[]];

/** Changes of values in Redis; none is sent twice, because it is not known whether the first one was made. */
export class RedisWriter {
  readonly #redis: RedisConnection;

  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  /** See GlobalState.write. */
  async write(target: RedisTarget, bytes: Uint8Array, { ifVersion }: StateCondition): Promise<StateStat> {
    const { keys } = target;
    const wanted = ifVersion ?? '';
    this.#checkLarge(target, bytes.length);
    if (bytes.length <= PIECE_BYTES) {
      return statOf(await this.#run('write-2', target, [keys.value, keys.version], [bytes, wanted], ifVersion));
    }
    return withStaged(this.#redis, keys, [bytes], async (temporary) => {
      const args = [bytes.length, wanted, 0, 0];
      return statOf(await this.#run('replace-3', target, [keys.value, keys.version, temporary], args, ifVersion));
    });
  }

  /** See GlobalState.writeRanges; undefined where there is no value. */
  async writeRanges(
    target: RedisTarget,
    sizeBytes: number,
    ranges: readonly StateRange[],
    condition: StateCondition,
  ): Promise<StateChange | undefined> {
    return changeIfThere(await this.#ranges(target, sizeBytes, ranges, condition, false));
  }

  /** The same, with a value of zeros where there is none. */
  async makeRanges(
    target: RedisTarget,
    sizeBytes: number,
    ranges: readonly StateRange[],
    condition: StateCondition,
  ): Promise<StateChange> {
    return changeOf(await this.#ranges(target, sizeBytes, ranges, condition, true));
  }

  /** See GlobalState.remove. The version is remembered for `rememberedMs`. */
  async remove(
    target: RedisTarget,
    { ifVersion }: StateCondition,
    rememberedMs: number,
  ): Promise<{ readonly removed: boolean; readonly version: number }> {
    const { value, version, records, recordCount } = target.keys;
    const args = [ifVersion ?? '', rememberedMs];
    const answer = await this.#run('remove-4', target, [value, version, records, recordCount], args, ifVersion);
    const [, removed, removedVersion] = answer as [Buffer, number, number];
    return { removed: removed > 0, version: removedVersion };
  }

  /** See GlobalState.add; undefined where there is no value. */
  async add(target: RedisTarget, offset: number, delta: bigint, width: 4 | 8): Promise<StateSum | undefined> {
    const answer = await this.#add(target, offset, delta, width, false);
    return String(answer[0]) === 'none' ? undefined : sumOf(answer);
  }

  /** The same, with a value of offset + width zeros where there is none. */
  async makeAndAdd(target: RedisTarget, offset: number, delta: bigint, width: 4 | 8): Promise<StateSum> {
    return sumOf(await this.#add(target, offset, delta, width, true));
  }

  /** See GlobalState.compareAndSet. */
  async compareAndSet(
    target: RedisTarget,
    offset: number,
    expected: Uint8Array,
    replacement: Uint8Array,
  ): Promise<StateChange | undefined> {
    const keys = [target.keys.value, target.keys.version];
    const answer = await this.#run('compare-and-set-2', target, keys, [offset, expected, replacement]);
    if (String(answer[0]) === 'size') checkWithin(target.user, target.key, Number(answer[1]), offset, expected.length);
    return String(answer[0]) === 'other' ? undefined : changeOf(answer);
  }

  async #ranges(
    target: RedisTarget,
    sizeBytes: number,
    ranges: readonly StateRange[],
    { ifVersion }: StateCondition,
    make: boolean,
  ): Promise<Answer> {
    this.#checkLarge(target, sizeBytes);
    const { value, version, scratch } = target.keys;
    const flag = make ? 1 : 0;
    const wanted = ifVersion ?? '';
    const [first] = ranges;
    const send = async (): Promise<Answer> => {
      // The whole value need not be copied once more.
      if (first?.bytes.length === sizeBytes && sizeBytes > PIECE_BYTES && ranges.length === 1) {
        return withStaged(this.#redis, target.keys, [first.bytes], (temporary) =>
          this.#run('replace-3', target, [value, version, temporary], [sizeBytes, wanted, 1, flag], ifVersion),
        );
      }
      const { blocks, parts, dataBytes } = redisPatch(ranges);
      const write = (staged: string, data: Uint8Array, stagedBytes: number): Promise<Answer> => {
        const args = [sizeBytes, flag, wanted, blocks, data, stagedBytes];
        return this.#run('ranges-5', target, [value, version, staged, ...scratch], args, ifVersion);
      };
      if (dataBytes <= PIECE_BYTES) return write(scratch[0], Buffer.concat(parts), 0);
      return withStaged(this.#redis, target.keys, parts, (staged) => write(staged, new Uint8Array(), dataBytes));
    };
    const answer = await send();
    if (String(answer[0]) === 'size') checkSize(target.user, target.key, Number(answer[1]), sizeBytes);
    return answer;
  }

  async #add(target: RedisTarget, offset: number, delta: bigint, width: 4 | 8, make: boolean): Promise<Answer> {
    this.#checkLarge(target, offset + width);
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt.asIntN(64, delta));
    const args = [offset, bytes.subarray(0, width), make ? 1 : 0];
    const answer = await this.#run('add-2', target, [target.keys.value, target.keys.version], args);
    if (String(answer[0]) === 'size') checkWithin(target.user, target.key, Number(answer[1]), offset, width);
    return answer;
  }

  async #run(
    name: ScriptName,
    { user, key }: RedisTarget,
    keys: readonly string[],
    args: readonly (string | number | Uint8Array)[],
    ifVersion: number | 'any' = 0,
  ): Promise<Answer> {
    const answer = (await this.#redis.run(name, keys, args, { repeatable: false })) as Answer;
    const outcome = String(answer[0]);
    if (outcome === 'conflict') throw conflict(user, key, ifVersion);
    if (outcome === 'unstaged') throw lost(this.#redis);
    return answer;
  }

  #checkLarge({ user, key }: RedisTarget, sizeBytes: number): void {
    if (sizeBytes <= VALUE_MAX_BYTES) return;
    throw new FaasmError(
      'STATE_LIMIT',
      `State ${user}/${key} of ${sizeBytes} bytes is too large for ${this.#redis.name}: Redis takes ${VALUE_MAX_BYTES} ` +
        'bytes under one key; split the value.',
    );
  }
}

function statOf(answer: Answer): StateStat {
  const [, sizeBytes, version] = answer as readonly [Buffer, number, number];
  return { sizeBytes, version };
}

function changeOf(answer: Answer): StateChange {
  const before = answer[3];
  return { ...statOf(answer), ...(typeof before === 'number' ? { before } : {}) };
}

function changeIfThere(answer: Answer): StateChange | undefined {
  return String(answer[0]) === 'none' ? undefined : changeOf(answer);
}

function sumOf(answer: Answer): StateSum {
  const bytes = answer[4] as Buffer;
  const sum = bytes.length === 8 ? bytes.readBigInt64LE() : BigInt(bytes.readInt32LE());
  return { ...changeOf(answer), sum };
}
