import { FaasmError } from '../core/errors.ts';

/** How a lock is taken: any number of readers at a time, or one writer. */
export type LockMode = 'read' | 'write';

interface Waiting {
  readonly owner: string;
  readonly mode: LockMode;
  readonly granted: () => void;
}

interface Lock {
  /** How often each owner has it to read. */
  readonly readers: Map<string, number>;
  writer: string | undefined;
  /** In order of arrival: who reads waits for a writer that came before, so that writers get their turn. */
  readonly waiting: Waiting[];
}

/** Locks of state keys between the calls of one host. Owners are calls; what they hold is released when they end. */
export class LocalLocks {
  readonly #locks = new Map<string, Lock>();

  /**
   * Takes a lock, and waits while others have it; never settles once the owner has been released. A call may take a
   * lock to read several times. Throws `LOCK_TIMEOUT` at once where the owner would wait for itself.
   */
  lock(name: string, owner: string, mode: LockMode): Promise<void> {
    const lock = this.#locks.get(name) ?? { readers: new Map<string, number>(), writer: undefined, waiting: [] };
    this.#locks.set(name, lock);
    if (lock.writer === owner || (mode === 'write' && lock.readers.has(owner))) {
      throw new FaasmError(
        'LOCK_TIMEOUT',
        `The call has the lock of state ${name} already and would wait for itself: unlock it first.`,
      );
    }
    // Who has it to read gets it again, or it would wait for a writer that waits for it.
    if (mode === 'read' && lock.readers.has(owner)) {
      addReader(lock, owner);
      return Promise.resolve();
    }
    return new Promise((granted) => {
      lock.waiting.push({ owner, mode, granted });
      this.#grant(name, lock);
    });
  }

  /** Gives a lock back. Throws `LOCK_LOST` where the owner does not have it. */
  unlock(name: string, owner: string, mode: LockMode): void {
    const lock = this.#locks.get(name);
    if (lock === undefined || !release(lock, owner, mode)) {
      throw new FaasmError('LOCK_LOST', `The call does not have the ${mode} lock of state ${name}: lock it first.`);
    }
    this.#grant(name, lock);
  }

  /** Gives back all that an owner has, and forgets what it waits for. */
  releaseAll(owner: string): void {
    for (const [name, lock] of this.#locks) {
      lock.readers.delete(owner);
      if (lock.writer === owner) lock.writer = undefined;
      for (let index = lock.waiting.length - 1; index >= 0; index -= 1) {
        if (lock.waiting[index]?.owner === owner) lock.waiting.splice(index, 1);
      }
      this.#grant(name, lock);
    }
  }

  #grant(name: string, lock: Lock): void {
    for (let next = lock.waiting[0]; next !== undefined; next = lock.waiting[0]) {
      if (lock.writer !== undefined || (next.mode === 'write' && lock.readers.size > 0)) break;
      lock.waiting.shift();
      if (next.mode === 'write') lock.writer = next.owner;
      else addReader(lock, next.owner);
      next.granted();
    }
    if (lock.writer === undefined && lock.readers.size === 0 && lock.waiting.length === 0) this.#locks.delete(name);
  }
}

function addReader(lock: Lock, owner: string): void {
  lock.readers.set(owner, (lock.readers.get(owner) ?? 0) + 1);
}

function release(lock: Lock, owner: string, mode: LockMode): boolean {
  if (mode === 'write') {
    if (lock.writer !== owner) return false;
    lock.writer = undefined;
    return true;
  }
  const count = lock.readers.get(owner);
  if (count === undefined) return false;
  if (count > 1) lock.readers.set(owner, count - 1);
  else lock.readers.delete(owner);
  return true;
}
