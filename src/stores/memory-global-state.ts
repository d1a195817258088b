import { performance } from 'node:perf_hooks';
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
import { forEachInSteps, sortedInSteps } from '../core/in-steps.ts';
import { Turns } from '../core/turns.ts';
import { byKey } from './object-keys.ts';
import { checkComparison, checkCondition, checkPlace, checkRecords, checkWithin } from './state-checks.ts';
import { StateLocks } from './state-locks.ts';
import {
  addInteger,
  bytesToChange,
  checkFit,
  EMPTY_RECORD,
  entrySize,
  isEmpty,
  recordSize,
  recordStat,
  type StateRecord,
  withAppended,
} from './state-record.ts';
import { difference, NO_SIZE, StateRoom, type StateRoomOptions, type StateSize } from './state-room.ts';

/** Options of {@link memoryGlobalState}. */
export interface MemoryGlobalStateOptions extends StateRoomOptions {
  /** Clock of the leases in ms, which only goes forward. */
  readonly now?: () => number;
}

/** A record and whose it is. */
export interface KeptRecord {
  readonly user: string;
  readonly key: string;
  readonly record: StateRecord;
}

/** Where the records of a tier survive its process. */
export interface StateKeeper {
  readonly name: string;
  /** Keeps the record, or forgets the key when it is empty; resolves once that survives a crash. */
  save(kept: KeptRecord): Promise<void>;
  /** Resolves when records can be kept; throws why they cannot. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** What a change makes of a record, and what it answers. */
interface Changed<T> {
  /** Absent: the record stays as it is. */
  readonly record?: StateRecord;
  readonly answer: T;
}

/** The global state tier of a host without Redis: lives as long as the process. */
export function memoryGlobalState(options: MemoryGlobalStateOptions = {}): GlobalState {
  return new MemoryGlobalState(options);
}

/**
 * Values in the memory of the process. With a `keeper` a change is seen by nobody before it has been kept; `kept` is what
 * was there before.
 */
export class MemoryGlobalState implements GlobalState {
  readonly name: string;
  readonly #keeper: StateKeeper | undefined;
  readonly #records = new Map<string, Map<string, StateRecord>>();
  readonly #room: StateRoom;
  readonly #turns = new Turns();
  readonly #locks: StateLocks;
  #lastNumber = 0;

  constructor(options: MemoryGlobalStateOptions, keeper?: StateKeeper, kept: readonly KeptRecord[] = []) {
    this.name = keeper?.name ?? 'memory';
    this.#room = new StateRoom(options);
    this.#keeper = keeper;
    this.#locks = new StateLocks(options.now ?? (() => performance.now()), () => this.#nextNumber());
    for (const { user, key, record } of kept) {
      this.#room.count(user, recordSize(key, record));
      this.#put(user, key, record);
      this.#lastNumber = Math.max(this.#lastNumber, record.value?.version ?? 0);
    }
  }

  async stat(user: string, key: string): Promise<StateStat | undefined> {
    return recordStat(this.#record(user, key));
  }

  async read(
    user: string,
    key: string,
    offset: number,
    length: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly stat: StateStat } | undefined> {
    checkPlace(offset, length);
    const record = this.#record(user, key);
    const stat = recordStat(record);
    if (record.value === undefined || stat === undefined) return undefined;
    return { bytes: new Uint8Array(record.value.bytes.subarray(offset, offset + length)), stat };
  }

  write(user: string, key: string, bytes: Uint8Array, options: StateCondition = {}): Promise<StateStat> {
    return this.#change(user, key, (record) => {
      checkCondition(user, key, options, recordStat(record));
      return this.#valued(record, bytes);
    });
  }

  writeRanges(
    user: string,
    key: string,
    sizeBytes: number,
    ranges: readonly StateRange[],
    options: StateCondition = {},
  ): Promise<StateChange> {
    return this.#change(user, key, (record) => {
      checkCondition(user, key, options, recordStat(record));
      checkFit({ user, key }, record, sizeBytes, ranges);
      const bytes = this.#bytesToChange(user, key, record, sizeBytes);
      for (const range of ranges) bytes.set(range.bytes, range.offset);
      return this.#changed(record, bytes);
    });
  }

  remove(user: string, key: string, options: StateCondition = {}): Promise<boolean> {
    return this.#change(user, key, (record) => {
      checkCondition(user, key, options, recordStat(record));
      return isEmpty(record) ? { answer: false } : { record: EMPTY_RECORD, answer: true };
    });
  }

  async list(user: string, prefix: string): Promise<readonly StateEntry[]> {
    const entries: StateEntry[] = [];
    await forEachInSteps(this.#records.get(user) ?? [], ([key, { value }]) => {
      if (value !== undefined && key.startsWith(prefix)) entries.push({ key, sizeBytes: value.bytes.length });
    });
    return sortedInSteps(entries, byKey);
  }

  append(user: string, key: string, bytes: Uint8Array): Promise<number> {
    return this.#change(user, key, (record) => {
      // Before anything is changed in place.
      this.#room.check(user, entrySize(key, bytes.length));
      const grown = withAppended(key, record, bytes, this.#inPlace);
      return { record: grown, answer: grown.appended.length };
    });
  }

  async readAppended(user: string, key: string, count: number, maxBytes: number): Promise<Uint8Array> {
    checkPlace(0, count);
    const records = this.#record(user, key).appended.slice(0, count);
    let sizeBytes = 0;
    await forEachInSteps(records, ({ length }) => {
      sizeBytes += length;
    });
    checkRecords(user, key, count, sizeBytes, maxBytes);
    const bytes = new Uint8Array(sizeBytes);
    let end = 0;
    await forEachInSteps(records, (record) => {
      bytes.set(record, end);
      end += record.length;
    });
    return bytes;
  }

  clearAppended(user: string, key: string): Promise<void> {
    return this.#change(user, key, (record) => ({ record: { ...record, ...EMPTY_RECORD }, answer: undefined }));
  }

  add(user: string, key: string, offset: number, delta: bigint, width: 4 | 8): Promise<StateSum> {
    return this.#change(user, key, (record) => {
      const sizeBytes = record.value?.bytes.length ?? offset + width;
      checkWithin(user, key, sizeBytes, offset, width);
      const bytes = this.#bytesToChange(user, key, record, sizeBytes);
      const sum = addInteger(bytes, offset, delta, width);
      const changed = this.#changed(record, bytes);
      return { ...changed, answer: { ...changed.answer, sum } };
    });
  }

  compareAndSet(
    user: string,
    key: string,
    offset: number,
    expected: Uint8Array,
    replacement: Uint8Array,
  ): Promise<StateChange | undefined> {
    return this.#change<StateChange | undefined>(user, key, (record) => {
      checkComparison(offset, expected, replacement);
      const found = record.value?.bytes;
      if (found === undefined) return { answer: undefined };
      checkWithin(user, key, found.length, offset, expected.length);
      if (Buffer.compare(found.subarray(offset, offset + expected.length), expected) !== 0)
        return { answer: undefined };
      const bytes = this.#bytesToChange(user, key, record, found.length);
      bytes.set(replacement, offset);
      return this.#changed(record, bytes);
    });
  }

  async lock(user: string, key: string, owner: string, ttlMs: number): Promise<StateLease | undefined> {
    return this.#locks.lock(fullName(user, key), owner, ttlMs);
  }

  async renew(user: string, key: string, owner: string, fence: number, ttlMs: number): Promise<boolean> {
    return this.#locks.renew(fullName(user, key), owner, fence, ttlMs);
  }

  async unlock(user: string, key: string, owner: string, fence: number): Promise<boolean> {
    return this.#locks.unlock(fullName(user, key), owner, fence);
  }

  async check(): Promise<void> {
    await this.#keeper?.check();
  }

  async close(): Promise<void> {
    await this.#keeper?.close();
  }

  /** Without a keeper nobody can see a change half made: it is made at once. */
  get #inPlace(): boolean {
    return this.#keeper === undefined;
  }

  #record(user: string, key: string): StateRecord {
    return this.#records.get(user)?.get(key) ?? EMPTY_RECORD;
  }

  /** As {@link bytesToChange}. Throws where new ones would have no room, before they are made. */
  #bytesToChange(user: string, key: string, record: StateRecord, sizeBytes: number): Uint8Array {
    if (record.value === undefined) this.#room.check(user, entrySize(key, sizeBytes));
    return bytesToChange(record, sizeBytes, this.#inPlace);
  }

  #valued(record: StateRecord, bytes: Uint8Array): { readonly record: StateRecord; readonly answer: StateStat } {
    const version = this.#nextNumber();
    return { record: { ...record, value: { bytes, version } }, answer: { sizeBytes: bytes.length, version } };
  }

  /** The same, for a change of parts of the value. */
  #changed(record: StateRecord, bytes: Uint8Array): { readonly record: StateRecord; readonly answer: StateChange } {
    const valued = this.#valued(record, bytes);
    return { ...valued, answer: { ...valued.answer, before: record.value?.version ?? 0 } };
  }

  async #change<T>(user: string, key: string, change: (record: StateRecord) => Changed<T>): Promise<T> {
    const keeper = this.#keeper;
    if (keeper === undefined) return this.#apply(user, key, change(this.#record(user, key)));
    return this.#turns.take(fullName(user, key), async () => {
      const changed = change(this.#record(user, key));
      const { record } = changed;
      if (record === undefined) return changed.answer;
      // Counted before it is kept, so that changes of other keys cannot pass the limit meanwhile.
      const growth = this.#charge(user, key, record);
      try {
        await keeper.save({ user, key, record });
      } catch (error) {
        this.#room.count(user, difference(NO_SIZE, growth));
        throw error;
      }
      this.#put(user, key, record);
      return changed.answer;
    });
  }

  #apply<T>(user: string, key: string, { record, answer }: Changed<T>): T {
    if (record === undefined) return answer;
    this.#charge(user, key, record);
    this.#put(user, key, record);
    return answer;
  }

  /** Counts what becomes more or less when a key gets `record`, and answers it. Throws `STATE_LIMIT`, `STATE_FULL`. */
  #charge(user: string, key: string, record: StateRecord): StateSize {
    const growth = difference(recordSize(key, record), recordSize(key, this.#record(user, key)));
    this.#room.check(user, growth);
    this.#room.count(user, growth);
    return growth;
  }

  #put(user: string, key: string, record: StateRecord): void {
    const records = this.#records.get(user) ?? new Map<string, StateRecord>();
    if (isEmpty(record)) records.delete(key);
    else records.set(key, record);
    if (records.size === 0) this.#records.delete(user);
    else this.#records.set(user, records);
  }

  /** Versions and fences: greater than all before, also than those of a process before this one. */
  #nextNumber(): number {
    this.#lastNumber = Math.max(this.#lastNumber + 1, Date.now() * 1000);
    return this.#lastNumber;
  }
}

/** Users hold no slash, so names of different users and keys cannot be equal. */
function fullName(user: string, key: string): string {
  return `${user}/${key}`;
}
