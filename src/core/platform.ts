import type { LayerName } from './call.ts';
import type { FaasmError } from './errors.ts';

/**
 * What platforms and the runtime say to each other. Whatever a platform sends, an HTTP request, a message of a queue, a
 * note that an object was stored, becomes one or more requests to the HTTP API of a host: so there is one reader of
 * messages, one check of who may do what, and one table of errors, wherever a call comes from.
 */

/** An object in an object store of the platform. */
export interface ObjectLocation {
  readonly bucket: string;
  readonly key: string;
  /** Absent: the newest. */
  readonly version?: string;
  /** As the platform told it; absent: not known before it is read. */
  readonly sizeBytes?: number;
}

/** A request to the HTTP API that has arrived whole, as plain data. */
export interface PlatformRequest {
  /** In capitals. */
  readonly method: string;
  /** Percent-encoded, without query. */
  readonly path: string;
  /** Percent-encoded, without `?`; empty when there is none. */
  readonly query: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, or where it is to be read from. */
  readonly body: Uint8Array | ObjectLocation;
  /** The platform has authenticated whoever sent it, and lets administrators only do so: no token is needed. */
  readonly trusted: boolean;
}

/** The answer to a {@link PlatformRequest}, whole. A failure is one too: see its status and `x-faasm-error`. */
export interface PlatformResponse {
  readonly status: number;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Belongs to whoever gets it. */
  readonly body: Uint8Array;
}

/** What a platform says of an event besides the event itself. */
export interface PlatformContext {
  /** The platform's name for this event, for logs. */
  readonly requestId: string;
  /** W3C trace context of the event, for requests that bring none. */
  readonly traceparent?: string;
}

/** What a platform allows. Adapters and the host keep to it. */
export interface PlatformCapabilities {
  /** Work may go on once the event is answered. Otherwise the answer waits for every call that the event started. */
  readonly background: boolean;
  /** Answers may be sent while they come into being. */
  readonly streaming: boolean;
  /** Largest event and answer in bytes as the platform counts them: encoded, with everything around the body. */
  readonly maxEventBytes: number;
  readonly maxAnswerBytes: number;
  /** Largest body of an answer that is streamed, in bytes; 0 where answers are not. */
  readonly maxStreamBytes: number;
  /** Threads and processes of one host, those of Node included. */
  readonly maxThreads: number;
  /** Memory layers that can work there, the preferred one first. */
  readonly layers: readonly LayerName[];
}

/**
 * One kind of event of a platform: reads it as requests and puts their answers into the form that the platform wants.
 * Pure: it neither waits nor keeps anything. Of all adapters of a platform at most one can handle an event.
 */
export interface PlatformAdapter<Event, Answer> {
  readonly name: string;
  readonly capabilities: PlatformCapabilities;
  /** Whether the event is of this kind, well-formed or not. */
  canHandle(event: unknown): event is Event;
  /** Whether requests are to be answered one after the other, and none after one that failed. Absent: in no order. */
  inOrder?(event: Event): boolean;
  /** What the event asks for. Throws `BAD_REQUEST` for one that is malformed. */
  toRequests(event: Event, context: PlatformContext): readonly PlatformRequest[];
  /**
   * The platform's form of the answers, one for each request; fewer when requests in order came to one that failed.
   * Throws where that form is an error of the handler.
   */
  fromResponses(event: Event, responses: readonly PlatformResponse[]): Answer;
  /** The platform's form of an error that concerns the whole event. Throws where that form is an error of the handler. */
  onError(event: Event, error: FaasmError): Answer;
}
