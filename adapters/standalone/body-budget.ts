import { FaasmError, UserCounts } from '../../src/index.ts';

/** What one user may take of what the others leave. The largest body that is allowed should find room on a busy host, too. */
const USER_SHARE = 0.75;

/**
 * Bounds what all request bodies of a host hold together, whatever each of them may hold, and what those of one user do:
 * a share of what the others leave, so that slow clients of a few users never take all of it.
 */
export class BodyBudget {
  readonly #limitBytes: number;
  #usedBytes = 0;
  readonly #usedByUser = new UserCounts();

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Bytes held now. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /**
   * Takes room for `bytes` more; give it back with {@link give}. Throws `HOST_OVERLOADED`. A body that is alone always
   * finds room: its own limit has let it in, and refusing it would not pass with time. `user`: who sends it; absent for
   * administrators, who may take all.
   */
  take(bytes: number, user?: string): void {
    if (this.#usedBytes > 0 && this.#usedBytes + bytes > this.#limitBytes) {
      throw new FaasmError(
        'HOST_OVERLOADED',
        'Request bodies fill the room the host has for them; send it again later.',
      );
    }
    if (user !== undefined) {
      const own = this.#usedByUser.of(user);
      const others = this.#usedBytes - own;
      if (this.#usedBytes > 0 && own + bytes > (this.#limitBytes - others) * USER_SHARE) {
        throw new FaasmError(
          'HOST_OVERLOADED',
          `Request bodies of user ${user} fill the room the host has for them beside others; send it again later.`,
        );
      }
      this.#usedByUser.add(user, bytes);
    }
    this.#usedBytes += bytes;
  }

  /** Gives back what {@link take} took. */
  give(bytes: number, user?: string): void {
    this.#usedBytes -= bytes;
    if (user !== undefined) this.#usedByUser.add(user, -bytes);
  }
}
