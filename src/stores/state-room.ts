import { FaasmError } from '../core/errors.ts';
import { FairShare } from '../core/fair-share.ts';
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
  readonly #bytes: FairShare;
  readonly #entries: FairShare;

  constructor(options: StateRoomOptions) {
    this.#userLimitBytes = options.userLimitBytes ?? Number.POSITIVE_INFINITY;
    this.#bytes = new FairShare(options.limitBytes ?? Number.POSITIVE_INFINITY);
    this.#entries = new FairShare(options.limitEntries ?? Number.POSITIVE_INFINITY);
  }

  /** Throws `STATE_LIMIT` and `STATE_FULL` where `growth` has no room. What becomes less always has. */
  check(user: string, growth: StateSize): void {
    const used = this.#bytes.of(user) + growth.bytes;
    if (growth.bytes > 0 && used > this.#userLimitBytes) throw userLimitError(user, used, this.#userLimitBytes);
    checkShare(this.#bytes, user, growth.bytes, 'bytes');
    checkShare(this.#entries, user, growth.entries, 'values and records');
  }

  /** Counts what a user has more or less from here on. */
  count(user: string, growth: StateSize): void {
    this.#bytes.add(user, growth.bytes);
    this.#entries.add(user, growth.entries);
  }
}

/** Throws `STATE_FULL` where `growth` is more than a user's share has room for. */
function checkShare(share: FairShare, user: string, growth: number, unit: string): void {
  const mine = share.of(user) + growth;
  if (growth <= 0 || mine <= share.most(user)) return;
  throw new FaasmError(
    'STATE_FULL',
    `User ${user} would keep ${mine} ${unit} of state in the memory of the host, which has room for ` +
      `${share.limit}, ${share.besides(user)} of them taken by others: remove some, or keep state in Redis (FAASM_STATE=redis).`,
  );
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
