import { createHash } from 'node:crypto';
import type { Call } from '../core/call.ts';
import { FaasmError } from '../core/errors.ts';

const KEYS_MAX = 100_000;
const KEY_MAX_LENGTH = 255;

interface Claim {
  readonly id: number;
  readonly inputHash: string;
  readonly expiresAt: number;
}

/**
 * Idempotency keys of calls: whoever sends the same key for the same function again gets the first call instead of
 * another one, for as long as results are kept.
 */
export class IdempotencyKeys {
  readonly #ttlMs: number;
  readonly #claims = new Map<string, Claim>();

  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  /** Id of the call that has the key. Throws `BAD_REQUEST` for an improper key or one that came with another input. */
  find(call: Omit<Call, 'id'>, input: Uint8Array, now: number): number | undefined {
    const { idempotencyKey: key } = call;
    if (key === undefined) return undefined;
    if (key.length === 0 || key.length > KEY_MAX_LENGTH) {
      throw new FaasmError(
        'BAD_REQUEST',
        `An idempotency key has 1 to ${KEY_MAX_LENGTH} characters, not ${key.length}.`,
      );
    }
    const claim = this.#claims.get(nameOf(call, key));
    if (claim === undefined || claim.expiresAt <= now) return undefined;
    if (claim.inputHash === hash(input)) return claim.id;
    throw new FaasmError(
      'BAD_REQUEST',
      'The idempotency key was used with another input: take a new one for each call.',
    );
  }

  /** The call `id` has its key from now on. */
  claim(call: Omit<Call, 'id'>, input: Uint8Array, id: number, now: number): void {
    if (call.idempotencyKey === undefined) return;
    const name = nameOf(call, call.idempotencyKey);
    // Set anew at the end, so that the order is that of their ages.
    this.#claims.delete(name);
    this.#claims.set(name, { id, inputHash: hash(input), expiresAt: now + this.#ttlMs });
    for (const [oldest, { expiresAt }] of this.#claims) {
      if (expiresAt > now && this.#claims.size <= KEYS_MAX) return;
      this.#claims.delete(oldest);
    }
  }
}

/** Names hold no slash and no blank, so different keys never meet. */
function nameOf({ user, function: name, version }: Omit<Call, 'id'>, key: string): string {
  return `${user}/${name}@${version ?? ''} ${key}`;
}

function hash(input: Uint8Array): string {
  return createHash('sha256').update(input).digest('base64');
}
