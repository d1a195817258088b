import type { Call, CallResult } from '../core/call.ts';
import { FaasmError } from '../core/errors.ts';
import type { CallStatus } from '../core/ports.ts';

const RESULTS_MAX = 20_000;

interface Kept {
  readonly status: CallStatus;
  readonly bytes: number;
  readonly expiresAt: number;
}

/**
 * Results of ended calls by id, to be read any number of times until their time to live is over, or until newer
 * results need the room. Calls under way are asked of the scheduler first.
 */
export class ResultStore {
  readonly #ttlMs: number;
  readonly #maxBytes: number;
  /** In order of their ends, which is the order of expiry. */
  readonly #kept = new Map<number, Kept>();
  #bytes = 0;

  constructor(options: { readonly ttlMs: number; readonly maxBytes: number }) {
    this.#ttlMs = options.ttlMs;
    this.#maxBytes = options.maxBytes;
  }

  /** Keeps a result; `outputBytes` is the size of its output. */
  keep(call: Call, result: CallResult, outputBytes: number, now: number): void {
    // The input is of no use any more and may be large.
    const { input: _, ...rest } = call;
    const status: CallStatus = { state: 'done', call: { ...rest, input: new Uint8Array(0) }, result };
    const bytes = outputBytes + result.log.length + 1024;
    this.#kept.set(call.id, { status, bytes, expiresAt: now + this.#ttlMs });
    this.#bytes += bytes;
    for (const [id, kept] of this.#kept) {
      const fits = this.#kept.size <= RESULTS_MAX && this.#bytes <= this.#maxBytes;
      if (fits && kept.expiresAt > now) break;
      this.#kept.delete(id);
      this.#bytes -= kept.bytes;
    }
  }

  /** Throws `CALL_NOT_FOUND`. */
  get(id: number, now: number): CallStatus {
    const kept = this.#kept.get(id);
    if (kept !== undefined && kept.expiresAt > now) return kept.status;
    throw new FaasmError('CALL_NOT_FOUND', `No call with the id ${id} is known: wrong, or its result has expired.`);
  }
}
