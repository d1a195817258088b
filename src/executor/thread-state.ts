import { SlotTable } from '../core/slot-table.ts';
import { beginUse, endUse, hasTwin, isStale, type Region, releaseHold } from '../state/region.ts';
import type { RegionWish } from '../state/region-wish.ts';
import type { StateAnswer, StateRequest, StateValue } from '../state/state-requests.ts';
import type { FromThread } from './protocol.ts';

/** Called in a macrotask with what the local tier answered. */
export type StateReply = (answer: StateAnswer) => void;

/**
 * A thread's side of the local tier: regions it has been given, and requests to the main thread for the rest. A region
 * that is known here is mapped without a message.
 */
export class ThreadState {
  readonly #post: (message: FromThread, bytes: readonly Uint8Array[]) => void;
  readonly #known = new Map<string, Region>();
  readonly #waiting = new SlotTable<{ readonly name: string; readonly reply: StateReply }>();

  /** `post` may move the `bytes` that are in a message. */
  constructor(post: (message: FromThread, bytes: readonly Uint8Array[]) => void) {
    this.#post = post;
  }

  /** The region of a key, if this thread has been given it and it still is the value's. */
  known(user: string, key: string): Region | undefined {
    return this.#known.get(stateName(user, key));
  }

  /** Asks the local tier on behalf of a call. Bytes of a request are the tier's from here. */
  ask(call: number, user: string, key: string, ask: StateRequest, reply: StateReply): void {
    const request = this.#waiting.add({ name: stateName(user, key), reply });
    this.#post({ kind: 'state', request, call, user, key, ask }, 'bytes' in ask ? [ask.bytes] : []);
  }

  /**
   * Asks for a region until it is fit to be mapped: neither dropped since the answer, nor, for a call that does not
   * declare what it changes, without a twin. In use while `reply` runs, which has to begin a use of its own.
   */
  askPointer(
    call: number,
    user: string,
    key: string,
    wish: Extract<RegionWish, { kind: 'pointer' }>,
    reply: StateReply,
  ): void {
    this.ask(call, user, key, { kind: 'acquire', wish }, (answer) => {
      const region = regionOf(answer);
      if (region === undefined) return reply(answer);
      const fit = fitForUse(region, wish.declares, () => reply(answer));
      if (!fit) this.askPointer(call, user, key, wish, reply);
    });
  }

  /** A call that has asked for locks has ended. */
  ended(call: number): void {
    this.#post({ kind: 'stateEnded', call }, []);
  }

  /** An answer of the local tier has come. */
  answered(request: number, answer: StateAnswer): void {
    const waiting = this.#waiting.remove(request);
    if (waiting === undefined) return;
    // In this order: whoever asked may hold the region before the hold that came with it is let go.
    waiting.reply(answer);
    const region = regionOf(answer);
    if (region !== undefined) this.#keep(waiting.name, region);
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

/** The region of an answer, if it is one. */
export function regionOf(answer: StateAnswer): Region | undefined {
  return 'value' in answer && isRegion(answer.value) ? answer.value : undefined;
}

/**
 * Runs `use` with the region in use, if it is still its key's and has the twin that it needs; false where not. Whoever
 * drops regions and twins marks them so before looking whether they are used, hence the order.
 */
export function fitForUse(region: Region, declares: boolean, use: () => void): boolean {
  beginUse(region);
  try {
    if (isStale(region) || !(declares || hasTwin(region))) return false;
    use();
    return true;
  } finally {
    endUse(region);
  }
}

function isRegion(value: StateValue): value is Region {
  return typeof value === 'object' && 'storage' in value;
}

function stateName(user: string, key: string): string {
  return `${user}/${key}`;
}
