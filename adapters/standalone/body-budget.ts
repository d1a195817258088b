import { FaasmError } from '../../src/index.ts';

/** Bounds what all request bodies of a host hold together, whatever each of them may hold. */
export class BodyBudget {
  readonly #limitBytes: number;
  #usedBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Bytes held now. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /**
   * Takes room for `bytes` more; give it back with {@link give}. Throws `HOST_OVERLOADED`. A body that is alone always
   * finds room: its own limit has let it in, and refusing it would not pass with time.
   */
  take(bytes: number): void {
    if (this.#usedBytes > 0 && this.#usedBytes + bytes > this.#limitBytes) {
      throw new FaasmError(
        'HOST_OVERLOADED',
        'Request bodies fill the room the host has for them; send it again later.',
      );
    }
    this.#usedBytes += bytes;
  }

  give(bytes: number): void {
    this.#usedBytes -= bytes;
  }
}
