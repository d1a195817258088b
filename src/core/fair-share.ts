import { USER_SHARE } from './limits.ts';
import { UserCounts } from './user-counts.ts';

/**
 * Counts what users have of something that has a bound for all together. Each may have {@link USER_SHARE} of what the others
 * leave: so a few users never take all of it, and one that is alone gets most. Whoever adds checks that before.
 */
export class FairShare {
  readonly limit: number;
  readonly #users = new UserCounts();
  #all = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** What all have. */
  get all(): number {
    return this.#all;
  }

  of(user: string): number {
    return this.#users.of(user);
  }

  /** What the others have. */
  besides(user: string): number {
    return this.#all - this.of(user);
  }

  /** The most that a user may have now. */
  most(user: string): number {
    return USER_SHARE * (this.limit - this.besides(user));
  }

  /** `difference` may be negative; absent user: what is nobody's share counts for all only. */
  add(user: string | undefined, difference: number): void {
    this.#all += difference;
    if (user !== undefined) this.#users.add(user, difference);
  }
}
