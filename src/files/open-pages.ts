import { FaasmError } from '../core/errors.ts';
import { FairShare } from '../core/fair-share.ts';
import { PAGE_BYTES } from '../core/limits.ts';

/**
 * What files that are open take of the cache, each counted for the user whose call opened it first: such files do not make
 * room, so that a user who opens many would leave none to others.
 */
export class OpenPages {
  readonly #share: FairShare;

  /** `pages`: of the cache. */
  constructor(pages: number) {
    this.#share = new FairShare(pages);
  }

  /** Counts a file that `user` opens. The first one of a user may have any size. Throws `HOST_OVERLOADED`. */
  take(user: string, path: string, pages: number): void {
    const mine = this.#share.of(user);
    const most = this.#share.most(user);
    if (mine > 0 && mine + pages > most) {
      const bytes = (count: number): number => Math.max(0, Math.floor(count * PAGE_BYTES));
      throw new FaasmError(
        'HOST_OVERLOADED',
        `Shared files that calls of user ${user} have open take ${bytes(mine)} bytes, with the ${bytes(pages)} of ` +
          `faasm://${path} more than the ${bytes(most)} that others leave to it (FAASM_FILE_CACHE_BYTES): close some.`,
      );
    }
    this.#share.add(user, pages);
  }

  /** Gives back what was taken. */
  give(user: string, pages: number): void {
    this.#share.add(user, -pages);
  }
}
