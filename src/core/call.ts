import type { ErrorRecord } from './errors.ts';
import type { Limits } from './limits.ts';
import type { OutputStream } from './output-stream.ts';

/** Who makes a call. On a host without tokens every local client is its administrator. */
export interface Principal {
  /** The user this principal acts for, or `*` for an administrator. */
  readonly user: string;
  readonly kind: 'admin' | 'user';
}

/** Request metadata that travels with a call: method, path, headers, platform fields. */
export type Attributes = Readonly<Record<string, string>>;

/** One invocation of a function (Faasm: message). */
export interface Call {
  /** Unique and hard to guess; below 2^53 so that Faasm's JSON can carry it as a number. */
  readonly id: number;
  readonly principal: Principal;
  readonly user: string;
  readonly function: string;
  /** Version of the function, see checkVersion; absent: the current one. */
  readonly version?: string;
  readonly input: Uint8Array | AsyncIterable<Uint8Array>;
  readonly contentType?: string;
  readonly attributes?: Attributes;
  /** Faasm's `cmdline`: arguments separated by blanks, argv[1] onwards; a blank after a backslash belongs to its argument. */
  readonly cmdline?: string;
  /** The call that made this one, and the first of the chain. */
  readonly parent?: number;
  readonly root?: number;
  /** W3C trace context of whoever asked for the call; the call's own span is a child of it. */
  readonly traceparent?: string;
  /** W3C trace state, passed on as it is. */
  readonly tracestate?: string;
  /** Wall-clock and CPU limits of this call; each can only lower the function's own. */
  readonly timeoutMs?: number;
  readonly cpuMs?: number;
  readonly idempotencyKey?: string;
  /** Nobody waits for the result: it is kept to be asked for by id. */
  readonly detached?: boolean;
}

/** Which memory layer ran a call: `native` (zero copy, precise kill) or `portable`. */
export type LayerName = 'native' | 'portable';

/**
 * How the Faaslet came to be: `warm` reset in place, `restored` a new instance from the proto-function,
 * `cold` the proto-function was made for this call, `fresh` a module that cannot be snapshot ran its initialisation.
 */
export type StartKind = 'cold' | 'fresh' | 'restored' | 'warm';

/** When things happened: epoch ms for instants, ms for spans. */
export interface CallTimes {
  readonly submittedAt: number;
  /** Waiting for a thread before the first run, and between later runs once ready. */
  readonly queuedMs: number;
  /** Making or restoring the Faaslet. */
  readonly initMs: number;
  /** Guest time: running and suspended. This is what the timeout bounds. */
  readonly runMs: number;
  /** CPU time of the thread in this call's runs; absent where the layer cannot measure it. */
  readonly cpuMs?: number;
}

/** Where a call is: `queued` until a thread has it. */
export type CallState = 'queued' | 'running' | 'success' | 'failed';

/** What became of a call. */
export interface CallResult {
  readonly id: number;
  readonly status: 'success' | 'failed';
  /** Id of the function version that ran. */
  readonly version: string;
  /** W3C trace context of the call's own span. */
  readonly traceparent: string;
  /** 1 for the first try; more where the function's document asks for retries. */
  readonly attempt: number;
  /** Exit code or return value of the function; absent when it did not get that far. */
  readonly returnValue?: number;
  readonly attributes: Attributes;
  readonly output: OutputStream;
  readonly log: Uint8Array;
  readonly error?: ErrorRecord;
  readonly times: CallTimes;
  readonly placement: { readonly host: string; readonly thread: number };
  readonly layer: LayerName;
  readonly start: StartKind;
  /** Largest heap of the call in bytes. */
  readonly peakMemoryBytes: number;
  /** Most bytes that its private files had together. */
  readonly peakFileBytes: number;
  /** Most descriptors that it had open, standard streams and preopens included. */
  readonly peakOpenFiles: number;
  /** What it might use. */
  readonly limits: Limits;
}
