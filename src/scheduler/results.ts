import type { Call, CallResult } from '../core/call.ts';
import { FaasmError } from '../core/errors.ts';
import type { CallStatus } from '../core/ports.ts';

/** Results kept of calls whose callers wait for them anyway: for a look at what just happened. */
const ATTENDED_MAX = 1024;
const DETACHED_MAX = 100_000;

interface Kept {
  readonly status: CallStatus;
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
  readonly #kept = new Map<number, Kept>();
  readonly #attended = new IdQueue();
  readonly #detached = new IdQueue();
  #bytes = 0;

  constructor(options: { readonly ttlMs: number; readonly maxBytes: number }) {
    this.#ttlMs = options.ttlMs;
    this.#maxBytes = options.maxBytes;
  }

  /** Keeps a result; `outputBytes` is the size of its output. */
  keep(call: Call, result: CallResult, outputBytes: number, now: number): void {
    // The input is of no use any more and may be large.
    const status: CallStatus = { state: 'done', call: { ...call, input: NO_INPUT }, result };
    const bytes = outputBytes + result.log.length;
    this.#kept.set(call.id, { status, bytes, expiresAt: now + this.#ttlMs });
    this.#bytes += bytes;
    const queue = call.detached === true ? this.#detached : this.#attended;
    queue.push(call.id);
    while (this.#attended.length > ATTENDED_MAX || this.#expired(this.#attended, now)) this.#drop(this.#attended);
    while (this.#detached.length > DETACHED_MAX || this.#expired(this.#detached, now)) this.#drop(this.#detached);
    while (this.#bytes > this.#maxBytes) this.#drop(this.#attended.length > 0 ? this.#attended : this.#detached);
  }

  /** Throws `CALL_NOT_FOUND`. */
  get(id: number, now: number): CallStatus {
    const kept = this.#kept.get(id);
    if (kept !== undefined && kept.expiresAt > now) return kept.status;
    throw new FaasmError('CALL_NOT_FOUND', `No call with the id ${id} is known: wrong, or its result has expired.`);
  }

  #expired(queue: IdQueue, now: number): boolean {
    const oldest = queue.first();
    return oldest !== undefined && (this.#kept.get(oldest)?.expiresAt ?? 0) <= now;
  }

  #drop(queue: IdQueue): void {
    const id = queue.shift();
    if (id === undefined) return;
    this.#bytes -= this.#kept.get(id)?.bytes ?? 0;
    this.#kept.delete(id);
  }
}

const NO_INPUT = new Uint8Array(0);

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
