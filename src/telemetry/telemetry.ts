import type { ErrorCode } from '../core/errors.ts';
import type { CallObserver } from '../core/observer.ts';

/** What a host tells of itself: metrics to be read, traces that are sent. */
export interface Telemetry {
  /** To be told every call that ended. */
  readonly observer: CallObserver;
  /** All metrics in Prometheus' text format, read now. */
  metrics(): string;
  /** W3C trace context of a new span: a child of `traceparent`, or a trace of its own when there is none or it is malformed. */
  childOf(traceparent: string | undefined): string;
  /** A request was answered. `route` is the pattern, such as `/f/{user}/{function}`, never the path. */
  httpRequest(route: string, status: number, durationMs: number): void;
  /** A request to a store has ended, in `code` when it failed. `operation` is one of a few constants, such as `get`. */
  storeRequest(operation: string, code?: ErrorCode): void;
  /** The same of the global state tier. */
  stateRequest(operation: string, code?: ErrorCode): void;
  /** Sends the spans that wait, for a few seconds at most, and stops. Call it after the last call has ended. Never rejects. */
  close(): Promise<void>;
}
