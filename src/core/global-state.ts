/** A state key that holds a value. */
export interface StateEntry {
  readonly key: string;
  readonly sizeBytes: number;
}

/** What is known of a value without its bytes. */
export interface StateStat {
  readonly sizeBytes: number;
  /** Grows with every change of the key, and is not used again after the value has been removed. */
  readonly version: number;
}

/** What a change of parts of a value has made of it. */
export interface StateChange extends StateStat {
  /** The version that was changed: who knew that one knows the new one, too. 0: there was none; absent: not known. */
  readonly before?: number;
}

/** What adding to an integer has made of a value. */
export interface StateSum extends StateChange {
  /** The integer, signed. */
  readonly sum: bigint;
}

/** Bytes to be put at an offset of a value. */
export interface StateRange {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A lock that was granted. */
export interface StateLease {
  /** Fencing token: grows with every grant of the lock. */
  readonly fence: number;
}

/** The version that a value must have for a change to be made; 0: there must be none; `any`: there must be one. */
export interface StateCondition {
  readonly ifVersion?: number | 'any';
}

/**
 * The global state tier: values, appended records and locks by user and key, shared by all hosts that use it. Names are
 * checked by the caller (core/names.ts). A value and the records appended to its key are apart: each is there without
 * the other, but both go with `remove`. Sizes and offsets are in bytes, times in ms.
 *
 * Every method waits for the tier, for a bounded time, and throws `STATE_UNAVAILABLE` when it cannot be reached,
 * `STATE_DENIED` when it refuses the host, and, where it stores something, `STATE_FULL` when it has no room and
 * `STATE_LIMIT` when the user or the value would exceed a limit. After `STATE_UNAVAILABLE` a change may have been made or
 * not, as a whole either way. What resolved is kept, as far as the tier promises (docs/state.md).
 */
export interface GlobalState {
  /** What people call it in errors, without secrets: `memory`, `folder /x`, `redis://host:6379`. */
  readonly name: string;
  /** Undefined when the key holds no value. */
  stat(user: string, key: string): Promise<StateStat | undefined>;
  /**
   * A copy of [offset, offset + length), shorter where the value ends, and the version that it is of, also where it is
   * large; undefined when the key holds no value.
   */
  read(
    user: string,
    key: string,
    offset: number,
    length: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly stat: StateStat } | undefined>;
  /**
   * Replaces the whole value; `bytes` belongs to the tier from here (values are large). Throws `STATE_CONFLICT` when the
   * condition does not hold.
   */
  write(user: string, key: string, bytes: Uint8Array, options?: StateCondition): Promise<StateStat>;
  /**
   * Writes the ranges into a value of `sizeBytes`, all of them or none, in their order; a value of zeros is made where
   * there is none. The ranges stay the caller's, and must not change before this resolves. Throws `STATE_SIZE_MISMATCH`
   * when the value has another size or a range lies outside, `STATE_CONFLICT` when the condition does not hold.
   */
  writeRanges(
    user: string,
    key: string,
    sizeBytes: number,
    ranges: readonly StateRange[],
    options?: StateCondition,
  ): Promise<StateChange>;
  /** Removes the value and what was appended; true when there was any. Throws `STATE_CONFLICT`. */
  remove(user: string, key: string, options?: StateCondition): Promise<boolean>;
  /** Keys of a user that hold values and begin with `prefix`, sorted by code unit, with their sizes. */
  list(user: string, prefix: string): Promise<readonly StateEntry[]>;
  /** Appends a record; answers how many there are now. `bytes` stays the caller's. */
  append(user: string, key: string, bytes: Uint8Array): Promise<number>;
  /**
   * A copy of the first `count` records, fewer where there are fewer, one after the other. Throws `STATE_SIZE_MISMATCH`
   * when they have more than `maxBytes`.
   */
  readAppended(user: string, key: string, count: number, maxBytes: number): Promise<Uint8Array>;
  /** Removes all records, not the value. */
  clearAppended(user: string, key: string): Promise<void>;
  /**
   * Adds `delta` to the little-endian integer of `width` bytes at `offset`, which wraps, and answers what it is now. A
   * value of offset + width zeros is made where there is none. Throws `STATE_SIZE_MISMATCH` when the integer does not lie
   * within the value.
   */
  add(user: string, key: string, offset: number, delta: bigint, width: 4 | 8): Promise<StateSum>;
  /**
   * Puts `replacement` at `offset` if the bytes there are `expected`, and answers what that made of the value; undefined
   * when they are not, or when the key holds no value. Both are of one length, up to 64 KiB (`BAD_REQUEST`). Throws
   * `STATE_SIZE_MISMATCH` when they do not lie within the value.
   */
  compareAndSet(
    user: string,
    key: string,
    offset: number,
    expected: Uint8Array,
    replacement: Uint8Array,
  ): Promise<StateChange | undefined>;
  /**
   * Takes the key's lock for `ttlMs`, or answers undefined while somebody has it, `owner` included. Nobody is queued. The
   * lock is independent of the value.
   */
  lock(user: string, key: string, owner: string, ttlMs: number): Promise<StateLease | undefined>;
  /** Has the lease end `ttlMs` from now; false when it is lost: it ended, or was given to somebody else. */
  renew(user: string, key: string, owner: string, fence: number, ttlMs: number): Promise<boolean>;
  /** Gives the lock back; false when it had been lost. */
  unlock(user: string, key: string, owner: string, fence: number): Promise<boolean>;
  /** Resolves when the tier can be read and written; throws why it cannot. */
  check(): Promise<void>;
  /** Gives connections back; nothing is used after it. */
  close(): Promise<void>;
}
