import { FaasmError } from '../core/errors.ts';
import type { GlobalState } from '../core/global-state.ts';
import { LocalLocks } from './local-locks.ts';
import { valueName } from './value.ts';

/** How long a lease lasts when its host does not renew it, in ms. */
const LEASE_MS = 10_000;
/** Between two attempts to get a lock that another host has; grows from the first to the second. */
const RETRY_FIRST_MS = 2;
const RETRY_MAX_MS = 25;

interface Held {
  readonly user: string;
  readonly key: string;
  readonly owner: string;
  readonly fence: number;
  /** When the lease ends at the latest, by this host's clock; counted from before the request for it. */
  until: number;
  timer: NodeJS.Timeout;
}

interface Attempt {
  ended: boolean;
}

/** What {@link GlobalLocks} is set up with. */
export interface GlobalLocksOptions {
  readonly global: GlobalState;
  /** Tells this host's owners from those of others. */
  readonly host: string;
  /** Default: 10 s. */
  readonly leaseMs?: number;
}

/**
 * Locks of state keys between hosts: leases in the global tier, which the host renews while the call that has one runs.
 * Calls of one host wait here in order of arrival, and only the first of them asks the tier.
 */
export class GlobalLocks {
  readonly #options: GlobalLocksOptions;
  readonly #leaseMs: number;
  readonly #queue = new LocalLocks();
  readonly #held = new Map<string, Held>();
  /** Locks that are being given back. */
  readonly #releases = new Set<Promise<boolean>>();
  /** Owners that have lost a lock while they had it, with its name. */
  readonly #lost = new Map<string, string>();
  /** Attempts under way, by owner, so that an owner that ends is not granted a lock afterwards. */
  readonly #attempts = new Map<string, Attempt>();

  constructor(options: GlobalLocksOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? LEASE_MS;
  }

  /**
   * Takes the lock of a key and waits while somebody else has it; never settles once the owner has been released. Throws
   * what the global tier throws, and `LOCK_TIMEOUT` where the owner has the lock already.
   */
  async lock(user: string, key: string, owner: string): Promise<void> {
    const name = valueName(user, key);
    await this.#queue.lock(name, owner, 'write');
    const attempt: Attempt = { ended: false };
    this.#attempts.set(owner, attempt);
    try {
      await this.#take(user, key, owner, attempt);
    } catch (error) {
      this.#queue.unlock(name, owner, 'write');
      throw error;
    } finally {
      if (this.#attempts.get(owner) === attempt) this.#attempts.delete(owner);
    }
  }

  /** Gives the lock back. Throws `LOCK_LOST` where the owner does not have it, any more or at all. */
  async unlock(user: string, key: string, owner: string): Promise<void> {
    const name = valueName(user, key);
    const held = this.#held.get(name);
    if (held === undefined || held.owner !== owner) throw lockLost(name);
    this.#forget(name, held);
    try {
      if (await this.#options.global.unlock(user, key, this.#ownerName(owner), held.fence)) return;
    } finally {
      this.#queue.unlock(name, owner, 'write');
    }
    this.#lost.set(owner, name);
    throw lockLost(name);
  }

  /** Throws `LOCK_LOST` once a lock of the owner has been lost: what it does from then on is not protected. */
  check(owner: string): void {
    const name = this.#lost.get(owner);
    if (name !== undefined) throw lockLost(name);
    // Also where the tier has not answered a renewal yet.
    const now = performance.now();
    for (const [late, held] of this.#held) if (held.owner === owner && held.until < now) throw lockLost(late);
  }

  /** The owner has ended: gives back all that it has, and forgets what it waits for. */
  releaseAll(owner: string): void {
    this.#lost.delete(owner);
    const attempt = this.#attempts.get(owner);
    if (attempt !== undefined) attempt.ended = true;
    this.#attempts.delete(owner);
    for (const [name, held] of this.#held) {
      if (held.owner !== owner) continue;
      this.#forget(name, held);
      const { user, key, fence } = held;
      // If the tier is away the lease ends by itself.
      const release = this.#options.global.unlock(user, key, this.#ownerName(owner), fence).catch(() => false);
      this.#releases.add(release);
      void release.then(() => this.#releases.delete(release));
    }
    this.#queue.releaseAll(owner);
  }

  /** Gives all locks back; the host stops. Waits for the tier, whose errors do not matter: leases end by themselves. */
  async close(): Promise<void> {
    for (const { owner } of [...this.#held.values()]) this.releaseAll(owner);
    await Promise.all(this.#releases);
  }

  async #take(user: string, key: string, owner: string, attempt: Attempt): Promise<void> {
    const { global } = this.#options;
    for (let waitMs = RETRY_FIRST_MS; ; waitMs = Math.min(waitMs * 2, RETRY_MAX_MS)) {
      const askedAt = performance.now();
      const lease = await global.lock(user, key, this.#ownerName(owner), this.#leaseMs);
      if (attempt.ended) {
        if (lease !== undefined) await global.unlock(user, key, this.#ownerName(owner), lease.fence);
        return new Promise<void>(() => undefined);
      }
      if (lease !== undefined) return this.#keep(user, key, owner, lease.fence, askedAt);
      await new Promise<void>((resolve) => setTimeout(resolve, waitMs));
      if (attempt.ended) return new Promise<void>(() => undefined);
    }
  }

  #keep(user: string, key: string, owner: string, fence: number, askedAt: number): void {
    const name = valueName(user, key);
    const held: Held = { user, key, owner, fence, until: askedAt + this.#leaseMs, timer: this.#later(() => renew()) };
    const renew = (): void => void this.#renew(name, held);
    this.#held.set(name, held);
  }

  async #renew(name: string, held: Held): Promise<void> {
    const askedAt = performance.now();
    let kept: boolean;
    try {
      const owner = this.#ownerName(held.owner);
      kept = await this.#options.global.renew(held.user, held.key, owner, held.fence, this.#leaseMs);
      held.until = askedAt + this.#leaseMs;
    } catch {
      // The tier is away: the lock is the owner's as long as the last lease lasts.
      kept = performance.now() < held.until;
    }
    if (this.#held.get(name) !== held) return;
    if (!kept) {
      this.#forget(name, held);
      this.#lost.set(held.owner, name);
      this.#queue.unlock(name, held.owner, 'write');
    } else held.timer = this.#later(() => void this.#renew(name, held));
  }

  #later(work: () => void): NodeJS.Timeout {
    const timer = setTimeout(work, this.#leaseMs / 3);
    timer.unref();
    return timer;
  }

  #forget(name: string, held: Held): void {
    clearTimeout(held.timer);
    this.#held.delete(name);
  }

  #ownerName(owner: string): string {
    return `${this.#options.host}/${owner}`;
  }
}

function lockLost(name: string): FaasmError {
  return new FaasmError(
    'LOCK_LOST',
    `The call does not have the global lock of state ${name}: it was never locked, or its lease ended before the host could renew it, and others may have changed the value. Lock it, and read the value again.`,
  );
}
