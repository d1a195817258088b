import { FaasmError } from '../core/errors.ts';
import { PAGE_BYTES, USER_SHARE } from '../core/limits.ts';
import { UserCounts } from '../core/user-counts.ts';

/**
 * What files that are open take of the cache, each counted for the user whose call opened it first: such files do not make
 * room, so that a user who opens many would leave none to others.
 */
export class OpenPages {
  readonly #most: number;
  readonly #byUser = new UserCounts();
  #all = 0;

  /** `most`: pages of the cache. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Counts a file that `user` opens. The first one of a user may have any size. Throws `HOST_OVERLOADED`. */
  take(user: string, path: string, pages: number): void {
    const mine = this.#byUser.of(user);
    const others = this.#all - mine;
    const share = USER_SHARE * (this.#most - others);
    if (mine > 0 && mine + pages > share) {
      const bytes = (count: number): number => Math.max(0, Math.floor(count * PAGE_BYTES));
      throw new FaasmError(
        'HOST_OVERLOADED',
        `Shared files that calls of user ${user} have open take ${bytes(mine)} bytes, with the ${bytes(pages)} of ` +
          `faasm://${path} more than the ${bytes(share)} that others leave to it (FAASM_FILE_CACHE_BYTES): close some.`,
      );
    }
    this.#count(user, pages);
  }

  /** Gives back what was taken. */
  give(user: string, pages: number): void {
    this.#count(user, -pages);
  }

  #count(user: string, pages: number): void {
    this.#byUser.add(user, pages);
    this.#all += pages;
  }
}
