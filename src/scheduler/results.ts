import type { Call, CallResult } from '../core/call.ts';
import { FaasmError } from '../core/errors.ts';
import type { CallStatus } from '../core/ports.ts';

/** Results kept of calls whose callers wait for them anyway: for a look at what just happened. */
const ATTENDED_MAX = 1024;
const ATTENDED_BYTES = 64 * 1024;
const DETACHED_MAX = 100_000;

interface Kept {
  readonly call: Call;
  readonly result: CallResult;
  readonly bytes: number;
  readonly expiresAt: number;
}

/**
 * Results of ended calls by id, to be read any number of times until their time to live is over, or until newer
 * results need the room. Results that somebody will come for later (asynchronous calls) have far more room.
 */
export class ResultStore {
  readonly #ttlMs: number;
  readonly #maxBytes: number;
  readonly #detached = new Map<number, Kept>();
  readonly #detachedOrder = new IdQueue();
  /** A ring, looked through when asked: see SlotTable for why no Map has entries for every call. */
  readonly #attended: (Kept | undefined)[] = [];
  #nextAttended = 0;
  #bytes = 0;

  constructor(options: { readonly ttlMs: number; readonly maxBytes: number }) {
    this.#ttlMs = options.ttlMs;
    this.#maxBytes = options.maxBytes;
  }

  /** Keeps a result; `outputBytes` is the size of its output. */
  keep(call: Call, result: CallResult, outputBytes: number, now: number): void {
    const kept = { call, result, bytes: outputBytes + result.log.length, expiresAt: now + this.#ttlMs };
    if (call.detached === true) this.#keepDetached(kept, now);
    else this.#keepAttended(kept);
  }

  /** Throws `CALL_NOT_FOUND`. */
  get(id: number, now: number): CallStatus {
    const kept = this.#detached.get(id) ?? this.#attended.find((one) => one?.call.id === id);
    if (kept !== undefined && kept.expiresAt > now) {
      // The input is of no use any more.
      return { state: 'done', call: { ...kept.call, input: NO_INPUT }, result: kept.result };
    }
    throw new FaasmError('CALL_NOT_FOUND', `No call with the id ${id} is known: wrong, or its result has expired.`);
  }

  #keepDetached(kept: Kept, now: number): void {
    this.#detached.set(kept.call.id, withoutInput(kept));
    this.#detachedOrder.push(kept.call.id);
    this.#bytes += kept.bytes;
    while (this.#detached.size > DETACHED_MAX || this.#bytes > this.#maxBytes || this.#oldestExpired(now)) {
      const id = this.#detachedOrder.shift();
      if (id === undefined) return;
      this.#bytes -= this.#detached.get(id)?.bytes ?? 0;
      this.#detached.delete(id);
    }
  }

  #keepAttended(kept: Kept): void {
    // Large ones would make the ring large, and their callers have them.
    if (kept.bytes > ATTENDED_BYTES || this.#ttlMs === 0) return;
    this.#attended[this.#nextAttended] = isLarge(kept.call.input) ? withoutInput(kept) : kept;
    this.#nextAttended = (this.#nextAttended + 1) % ATTENDED_MAX;
  }

  #oldestExpired(now: number): boolean {
    const oldest = this.#detachedOrder.first();
    return oldest !== undefined && (this.#detached.get(oldest)?.expiresAt ?? 0) <= now;
  }
}

const NO_INPUT = new Uint8Array(0);

function withoutInput(kept: Kept): Kept {
  return { ...kept, call: { ...kept.call, input: NO_INPUT } };
}

/** Whether an input keeps much memory alive; small ones are not worth another object for each call. */
function isLarge(input: Call['input']): boolean {
  return !(input instanceof Uint8Array) || input.buffer.byteLength > ATTENDED_BYTES;
}

/** First in, first out; shift() of a long array and iteration of a Map with deleted entries both take linear time. */
class IdQueue {
  #ids: number[] = [];
  #head = 0;

  get length(): number {
    return this.#ids.length - this.#head;
  }

  push(id: number): void {
    this.#ids.push(id);
  }

  first(): number | undefined {
    return this.#ids[this.#head];
  }

  shift(): number | undefined {
    const id = this.#ids[this.#head];
    if (id === undefined) return undefined;
    this.#head += 1;
    if (this.#head * 2 > this.#ids.length) {
      this.#ids = this.#ids.slice(this.#head);
      this.#head = 0;
    }
    return id;
  }
}
