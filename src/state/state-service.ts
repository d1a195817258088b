import { toFaasmError } from '../core/errors.ts';
import type { GlobalState, StateRange } from '../core/global-state.ts';
import type { GlobalLocks } from './global-locks.ts';
import type { Holder } from './holders.ts';
import type { LocalLocks } from './local-locks.ts';
import type { LocalTier } from './local-tier.ts';
import type { StateAnswer, StateRequest, StateValue } from './state-requests.ts';
import { valueName } from './value.ts';

/** What {@link StateService} answers from. */
export interface StateServiceParts {
  readonly global: GlobalState;
  readonly tier: LocalTier;
  readonly locks: LocalLocks;
  readonly globalLocks: GlobalLocks;
}

/** Answers what the calls of all threads ask for, on the main thread. A call is named by its thread and its id. */
export class StateService {
  readonly #parts: StateServiceParts;
  /** Calls that have or had locks, by thread. */
  readonly #owners = new Map<number, Set<number>>();
  /** Threads that have been given regions. */
  readonly #holders = new Map<number, Holder>();

  constructor(parts: StateServiceParts) {
    this.#parts = parts;
  }

  /** The answer to a request, an error included. */
  async answer(thread: number, call: number, user: string, key: string, ask: StateRequest): Promise<StateAnswer> {
    try {
      // A call that has lost a lock must not go on as if it had it.
      this.#parts.globalLocks.check(ownerName(thread, call));
      return { value: await this.#do(thread, call, user, key, ask) };
    } catch (error) {
      return { error: toFaasmError(error).record() };
    }
  }

  /** A call that has asked for locks has ended: it has none any more. */
  ended(thread: number, call: number): void {
    this.#owners.get(thread)?.delete(call);
    const owner = ownerName(thread, call);
    this.#parts.locks.releaseAll(owner);
    this.#parts.globalLocks.releaseAll(owner);
  }

  /** A thread is gone, and all its calls with it. */
  threadGone(thread: number): void {
    for (const call of [...(this.#owners.get(thread) ?? [])]) this.ended(thread, call);
    this.#owners.delete(thread);
    const holder = this.#holders.get(thread);
    if (holder !== undefined) this.#parts.tier.closeHolder(holder);
    this.#holders.delete(thread);
  }

  async #do(thread: number, call: number, user: string, key: string, ask: StateRequest): Promise<StateValue> {
    const { tier, global } = this.#parts;
    switch (ask.kind) {
      case 'acquire':
        return tier.acquire(user, key, ask.wish, this.#holderOf(thread));
      case 'size':
        return tier.size(user, key);
      case 'write':
        return discard(tier.write(user, key, ask.bytes, ask.place));
      case 'set':
        return discard(tier.set(user, key, ask.bytes));
      case 'declare':
        await this.#apply(user, key, ask.changes);
        return discard(tier.declare(user, key, ask.range));
      case 'push':
        await this.#apply(user, key, ask.changes);
        return discard(ask.pulls ? tier.pushAndPull(user, key) : tier.push(user, key));
      case 'pushMasked':
        await this.#apply(user, key, ask.changes);
        await this.#apply(user, ask.mask, ask.maskChanges);
        return discard(tier.pushMasked(user, key, ask.mask));
      case 'pull':
        await this.#apply(user, key, ask.changes);
        return discard(tier.pull(user, key, ask.length));
      case 'append':
        return discard(global.append(user, key, ask.bytes));
      case 'readAppended':
        return global.readAppended(user, key, ask.count, ask.maxBytes);
      case 'clearAppended':
        return discard(global.clearAppended(user, key));
      case 'add':
        return (await tier.add(user, key, ask.offset, ask.delta, ask.width)).sum;
      case 'compareAndSet':
        return (await tier.compareAndSet(user, key, ask.offset, ask.expected, ask.replacement)) !== undefined;
      case 'lock':
        return discard(this.#lock(thread, call, user, key, ask.lock));
      case 'unlock':
        return discard(this.#unlock(ownerName(thread, call), user, key, ask.lock));
    }
  }

  #holderOf(thread: number): Holder {
    const holder = this.#holders.get(thread) ?? this.#parts.tier.openHolder();
    this.#holders.set(thread, holder);
    return holder;
  }

  async #apply(user: string, key: string, changes: readonly StateRange[]): Promise<void> {
    for (const { offset, bytes } of changes) {
      await this.#parts.tier.write(user, key, bytes, { offset, totalBytes: 0 });
    }
  }

  #lock(thread: number, call: number, user: string, key: string, lock: 'read' | 'write' | 'global'): Promise<void> {
    const calls = this.#owners.get(thread) ?? new Set();
    this.#owners.set(thread, calls);
    calls.add(call);
    const owner = ownerName(thread, call);
    if (lock === 'global') return this.#parts.globalLocks.lock(user, key, owner);
    return this.#parts.locks.lock(valueName(user, key), owner, lock);
  }

  async #unlock(owner: string, user: string, key: string, lock: 'read' | 'write' | 'global'): Promise<void> {
    if (lock === 'global') return this.#parts.globalLocks.unlock(user, key, owner);
    this.#parts.locks.unlock(valueName(user, key), owner, lock);
  }
}

function ownerName(thread: number, call: number): string {
  return `${thread}/${call}`;
}

async function discard(done: Promise<unknown>): Promise<undefined> {
  await done;
  return undefined;
}
