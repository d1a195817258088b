import type { ErrorRecord } from '../core/errors.ts';
import { SlotTable } from '../core/slot-table.ts';
import { isStale, type Region, releaseHold } from '../state/region.ts';
import type { FromThread, StateAnswer, StateRequest } from './protocol.ts';

/** Called in a macrotask with what the local tier answered. */
export type StateReply = (answer: StateAnswer) => void;

/**
 * A thread's side of the local tier: regions it has been given, and requests to the main thread for the rest. A region
 * that is known here is mapped without a message.
 */
export class ThreadState {
  readonly #post: (message: FromThread) => void;
  readonly #known = new Map<string, Region>();
  readonly #waiting = new SlotTable<{ readonly name: string; readonly reply: StateReply }>();

  constructor(post: (message: FromThread) => void) {
    this.#post = post;
  }

  /** The region of a key, if this thread has been given it and it still is the value's. */
  known(user: string, key: string): Region | undefined {
    return this.#known.get(stateName(user, key));
  }

  /** Asks the local tier. */
  ask(user: string, key: string, ask: StateRequest, reply: StateReply): void {
    const request = this.#waiting.add({ name: stateName(user, key), reply });
    this.#post({ kind: 'state', request, user, key, ask });
  }

  /** An answer of the local tier has come. */
  answered(request: number, answer: StateAnswer): void {
    const waiting = this.#waiting.remove(request);
    if (waiting === undefined) return;
    // In this order: whoever asked may hold the region before the hold that came with it is let go.
    waiting.reply(answer);
    if ('value' in answer && typeof answer.value === 'object') this.#keep(waiting.name, answer.value);
  }

  /** A key got new storage. */
  replaced(user: string, key: string): void {
    const name = stateName(user, key);
    const region = this.#known.get(name);
    if (region === undefined || !isStale(region)) return;
    this.#known.delete(name);
    releaseHold(region);
  }

  /** The thread ends: lets go of everything. */
  clear(): void {
    for (const region of this.#known.values()) releaseHold(region);
    this.#known.clear();
  }

  /** The local tier held the region for this thread; one hold for each region that is known is enough. */
  #keep(name: string, region: Region): void {
    const before = this.#known.get(name);
    if (before !== undefined) releaseHold(before);
    if (isStale(region)) {
      this.#known.delete(name);
      releaseHold(region);
    } else this.#known.set(name, region);
  }
}

/** The error of an answer, if it is one. */
export function answerError(answer: StateAnswer): ErrorRecord | undefined {
  return 'error' in answer ? answer.error : undefined;
}

function stateName(user: string, key: string): string {
  return `${user}/${key}`;
}
