import type { ErrorRecord } from '../core/errors.ts';
import type { Region } from '../state/local-tier.ts';
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
  readonly #waiting = new Map<number, { readonly name: string; readonly reply: StateReply }>();
  #nextRequest = 1;

  constructor(post: (message: FromThread) => void) {
    this.#post = post;
  }

  /** The region of a key, if this thread has been given it and it still is the value's. */
  known(user: string, key: string): Region | undefined {
    return this.#known.get(stateName(user, key));
  }

  /** Asks the local tier. */
  ask(user: string, key: string, ask: StateRequest, reply: StateReply): void {
    const request = this.#nextRequest;
    this.#nextRequest += 1;
    this.#waiting.set(request, { name: stateName(user, key), reply });
    this.#post({ kind: 'state', request, user, key, ask });
  }

  /** An answer of the local tier has come. */
  answered(request: number, answer: StateAnswer): void {
    const waiting = this.#waiting.get(request);
    this.#waiting.delete(request);
    if (waiting === undefined) return;
    if ('value' in answer && typeof answer.value === 'object') this.#known.set(waiting.name, answer.value);
    waiting.reply(answer);
  }

  /** A key got new storage. */
  replaced(user: string, key: string): void {
    this.#known.delete(stateName(user, key));
  }
}

/** The error of an answer, if it is one. */
export function answerError(answer: StateAnswer): ErrorRecord | undefined {
  return 'error' in answer ? answer.error : undefined;
}

function stateName(user: string, key: string): string {
  return `${user}/${key}`;
}
