import { FaasmError, FairShare } from '../../src/index.ts';

/**
 * Bounds what all request bodies of a host hold together, whatever each of them may hold, and what those of one user do,
 * so that slow clients of a few users never take all of it. The largest body that is allowed should find room on a busy
 * host, too.
 */
export class BodyBudget {
  readonly #share: FairShare;

  constructor(limitBytes: number) {
    this.#share = new FairShare(limitBytes);
  }

  /** Bytes held now. */
  get usedBytes(): number {
    return this.#share.all;
  }

  /**
   * Takes room for `bytes` more; give it back with {@link give}. Throws `HOST_OVERLOADED`. A body that is alone always
   * finds room: its own limit has let it in, and refusing it would not pass with time. `user`: who sends it; absent for
   * administrators, who may take all.
   */
  take(bytes: number, user?: string): void {
    const { all, limit } = this.#share;
    if (all > 0 && all + bytes > limit) {
      throw new FaasmError(
        'HOST_OVERLOADED',
        'Request bodies fill the room the host has for them; send it again later.',
      );
    }
    if (all > 0 && user !== undefined && this.#share.of(user) + bytes > this.#share.most(user)) {
      throw new FaasmError(
        'HOST_OVERLOADED',
        `Request bodies of user ${user} fill the room the host has for them beside others; send it again later.`,
      );
    }
    this.#share.add(user, bytes);
  }

  /** Gives back what {@link take} took. */
  give(bytes: number, user?: string): void {
    this.#share.add(user, -bytes);
  }
}
