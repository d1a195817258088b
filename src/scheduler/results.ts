import type { Call, CallResult } from '../core/call.ts';
import { FaasmError } from '../core/errors.ts';
import { endedStream } from '../core/output-stream.ts';
import type { CallStatus } from '../core/ports.ts';

/** Results kept of calls whose callers wait for them anyway: for a look at what just happened. */
const ATTENDED_MAX = 1024;
const ATTENDED_OUTPUT_BYTES = 64 * 1024;
const ATTENDED_BYTES = 64 * 1024 * 1024;
const DETACHED_MAX = 100_000;

interface Kept {
  readonly call: Call;
  readonly version: string;
  readonly result: CallResult;
  readonly outputBytes: number;
  readonly outputKept: boolean;
  /** What keeping it costs. */
  readonly bytes: number;
  readonly expiresAt: number;
}

/** What is kept for one user, the oldest first. */
interface Share {
  readonly order: IdQueue;
  count: number;
  bytes: number;
}

/**
 * Results of ended calls by id, to be read any number of times until their time to live is over, or until newer
 * results need the room: the user who has the most gives way first. Results that somebody will come for later
 * (asynchronous calls) have far more room.
 */
export class ResultStore {
  readonly #ttlMs: number;
  readonly #maxBytes: number;
  readonly #detached = new Map<number, Kept>();
  readonly #detachedOrder = new IdQueue();
  readonly #shares = new Map<string, Share>();
  /** A ring, looked through when asked: see SlotTable for why no Map has entries for every call. */
  readonly #attended: (Kept | undefined)[] = [];
  #nextAttended = 0;
  #oldestAttended = 0;
  #attendedBytes = 0;
  #bytes = 0;

  constructor(options: { readonly ttlMs: number; readonly maxBytes: number }) {
    this.#ttlMs = options.ttlMs;
    this.#maxBytes = options.maxBytes;
  }

  /** Keeps a result; `outputBytes` is the size of its output. */
  keep(call: Call, result: CallResult, outputBytes: number, now: number): void {
    const { version, log } = result;
    const bytes = outputBytes + log.length;
    const kept = { call, version, result, outputBytes, outputKept: true, bytes, expiresAt: now + this.#ttlMs };
    // With an idempotency key somebody may come for it again.
    if (call.detached === true || call.idempotencyKey !== undefined) this.#keepDetached(kept, now);
    else if (this.#ttlMs > 0) this.#keepAttended(kept);
  }

  /** Throws `CALL_NOT_FOUND`. */
  get(id: number, now: number): CallStatus & { readonly state: 'done' } {
    const kept = this.#detached.get(id) ?? this.#attended.find((one) => one?.call.id === id);
    if (kept !== undefined && kept.expiresAt > now) return statusOf(kept);
    throw new FaasmError('CALL_NOT_FOUND', `No call with the id ${id} is known: wrong, or its result has expired.`);
  }

  /** All that has not expired, in no order. */
  all(now: number): CallStatus[] {
    const kept = [...this.#detached.values(), ...this.#attended.filter((one) => one !== undefined)];
    return kept.filter(({ expiresAt }) => expiresAt > now).map(statusOf);
  }

  #keepDetached(kept: Kept, now: number): void {
    const { id, user } = kept.call;
    const share = this.#shares.get(user) ?? { order: new IdQueue(), count: 0, bytes: 0 };
    this.#shares.set(user, share);
    share.order.push(id);
    share.count += 1;
    share.bytes += kept.bytes;
    this.#detached.set(id, withoutInput(kept));
    this.#detachedOrder.push(id);
    this.#bytes += kept.bytes;
    while (this.#oldestExpired(now)) this.#drop(this.#detachedOrder.shift());
    while (this.#detached.size > DETACHED_MAX) this.#dropOldestOf(largest(this.#shares.values(), 'count'));
    while (this.#bytes > this.#maxBytes) this.#dropOldestOf(largest(this.#shares.values(), 'bytes'));
  }

  #dropOldestOf(share: Share | undefined): void {
    // Some of the ids have expired before.
    for (let dropped = false; share !== undefined && !dropped && share.count > 0; ) {
      dropped = this.#drop(share.order.shift());
    }
  }

  #drop(id: number | undefined): boolean {
    const kept = id === undefined ? undefined : this.#detached.get(id);
    if (id === undefined || kept === undefined) return false;
    this.#detached.delete(id);
    this.#bytes -= kept.bytes;
    const share = this.#shares.get(kept.call.user);
    if (share === undefined) return true;
    share.count -= 1;
    share.bytes -= kept.bytes;
    if (share.count === 0) this.#shares.delete(kept.call.user);
    return true;
  }

  /** Callers have the output of these calls: a large one is not kept, the rest is there for a look at what happened. */
  #keepAttended(kept: Kept): void {
    const slim = kept.outputBytes > ATTENDED_OUTPUT_BYTES ? withoutOutput(kept) : kept;
    if (this.#dropAttended(this.#nextAttended) && this.#nextAttended === this.#oldestAttended) {
      this.#oldestAttended = (this.#oldestAttended + 1) % ATTENDED_MAX;
    }
    this.#attended[this.#nextAttended] = isLarge(slim.call.input) ? withoutInput(slim) : slim;
    this.#nextAttended = (this.#nextAttended + 1) % ATTENDED_MAX;
    this.#attendedBytes += slim.bytes;
    while (this.#attendedBytes > ATTENDED_BYTES) {
      this.#dropAttended(this.#oldestAttended);
      this.#oldestAttended = (this.#oldestAttended + 1) % ATTENDED_MAX;
    }
  }

  /** Empties a place of the ring; false when it was empty. */
  #dropAttended(at: number): boolean {
    const kept = this.#attended[at];
    if (kept === undefined) return false;
    this.#attendedBytes -= kept.bytes;
    this.#attended[at] = undefined;
    return true;
  }

  #oldestExpired(now: number): boolean {
    const oldest = this.#detachedOrder.first();
    return oldest !== undefined && (this.#detached.get(oldest)?.expiresAt ?? 0) <= now;
  }
}

function largest(shares: Iterable<Share>, by: 'bytes' | 'count'): Share | undefined {
  let most: Share | undefined;
  for (const share of shares) if (most === undefined || share[by] > most[by]) most = share;
  return most;
}

function statusOf({ call, version, result, outputBytes, outputKept }: Kept): CallStatus & { readonly state: 'done' } {
  // The input is of no use any more.
  return { state: 'done', call: { ...call, input: NO_INPUT }, version, result, outputBytes, outputKept };
}

function withoutOutput(kept: Kept): Kept {
  const bytes = kept.result.log.length;
  return { ...kept, result: { ...kept.result, output: endedStream() }, outputKept: false, bytes };
}

const NO_INPUT = new Uint8Array(0);

function withoutInput(kept: Kept): Kept {
  return { ...kept, call: { ...kept.call, input: NO_INPUT } };
}

/** Whether an input keeps much memory alive; small ones are not worth another object for each call. */
function isLarge(input: Call['input']): boolean {
  return !(input instanceof Uint8Array) || input.buffer.byteLength > ATTENDED_OUTPUT_BYTES;
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
