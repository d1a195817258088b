import { FaasmError } from '../core/errors.ts';
import { USER_SHARE } from '../core/limits.ts';
import { UserCounts } from '../core/user-counts.ts';
import { userLimitError } from './state-checks.ts';

/** What state takes: bytes that count for its user, and values and records. */
export interface StateSize {
  readonly bytes: number;
  readonly entries: number;
}

/** What the users of a tier may have; each is without limit where it is not given. */
export interface StateRoomOptions {
  /** Bytes of one user. */
  readonly userLimitBytes?: number;
  /** Bytes of all users, and values and records of all: a user may have three quarters of what others leave. */
  readonly limitBytes?: number;
  readonly limitEntries?: number;
}

/** Counts what users keep in the memory of this process, so that nobody fills it. */
export class StateRoom {
  readonly #userLimitBytes: number;
  readonly #bytes: Shared;
  readonly #entries: Shared;

  constructor(options: StateRoomOptions) {
    const { userLimitBytes = Number.POSITIVE_INFINITY, limitBytes, limitEntries } = options;
    this.#userLimitBytes = userLimitBytes;
    this.#bytes = new Shared('bytes', limitBytes);
    this.#entries = new Shared('values and records', limitEntries);
  }

  /** Throws `STATE_LIMIT` and `STATE_FULL` where `growth` has no room. What becomes less always has. */
  check(user: string, growth: StateSize): void {
    const used = this.#bytes.of(user) + growth.bytes;
    if (growth.bytes > 0 && used > this.#userLimitBytes) throw userLimitError(user, used, this.#userLimitBytes);
    this.#bytes.check(user, growth.bytes);
    this.#entries.check(user, growth.entries);
  }

  /** Counts what a user has more or less from here on. */
  count(user: string, growth: StateSize): void {
    this.#bytes.count(user, growth.bytes);
    this.#entries.count(user, growth.entries);
  }
}

/** A bound on what all have together, of which each may have its part of what others leave. */
class Shared {
  readonly #unit: string;
  readonly #limit: number;
  readonly #users = new UserCounts();
  #all = 0;

  constructor(unit: string, limit = Number.POSITIVE_INFINITY) {
    this.#unit = unit;
    this.#limit = limit;
  }

  of(user: string): number {
    return this.#users.of(user);
  }

  check(user: string, growth: number): void {
    const mine = this.of(user) + growth;
    const others = this.#all - this.of(user);
    if (growth <= 0 || mine <= USER_SHARE * (this.#limit - others)) return;
    throw new FaasmError(
      'STATE_FULL',
      `User ${user} would keep ${mine} ${this.#unit} of state in the memory of the host, which has room for ` +
        `${this.#limit}, ${others} of them taken by others: remove some, or keep state in Redis (FAASM_STATE=redis).`,
    );
  }

  count(user: string, growth: number): void {
    this.#users.add(user, growth);
    this.#all += growth;
  }
}

/** Nothing. */
export const NO_SIZE: StateSize = { bytes: 0, entries: 0 };

/** Both together. */
export function sum(size: StateSize, other: StateSize): StateSize {
  return { bytes: size.bytes + other.bytes, entries: size.entries + other.entries };
}

/** `size` less `other`. */
export function difference(size: StateSize, other: StateSize): StateSize {
  return { bytes: size.bytes - other.bytes, entries: size.entries - other.entries };
}
