/**
 * HTTP as the API sees it: structural types that an adapter fills from its platform. They are not the web's `Request`
 * and `Response`, whose construction costs more than the rest of a short call.
 */

/** A request whose head has arrived. */
export interface ApiRequest {
  /** In capitals. */
  readonly method: string;
  /** Path of the request target: percent-encoded as sent, without query. */
  readonly path: string;
  /** Query of the request target as sent, without `?`; empty when there is none. */
  readonly query: string;
  /** Value of a header, by its name in lower case. */
  header(name: string): string | undefined;
  /**
   * Reads the body; the caller owns the bytes. Waits for the client. May be called once. `user`: whose share of the room
   * for bodies it takes; absent for administrators.
   * Throws `BODY_TOO_LARGE`, `BODY_TIMEOUT`, `HOST_OVERLOADED`, and `CANCELLED` when the client went away.
   */
  body(maxBytes: number, user?: string): Promise<Uint8Array>;
  /** Calls `listener` if the client goes away before the whole answer was sent; at once if it already has. */
  onDisconnect(listener: () => void): void;
}

/** What a body can be. A stream is read at the client's pace; one that throws cuts the connection. */
export type ApiBody = string | Uint8Array | AsyncIterable<Uint8Array>;

/** Header names in lower case, and their values. */
export type ApiHeaders = Readonly<Record<string, string>>;

/** The answer to an {@link ApiRequest}. */
export interface ApiResponse {
  readonly status: number;
  /** The adapter adds `content-length` where it is not there and the body is no stream. */
  readonly headers: ApiHeaders;
  readonly body: ApiBody;
}

/** Aborted once the client of `request` has gone. */
export function whenGone(request: ApiRequest): AbortSignal {
  const gone = new AbortController();
  request.onDisconnect(() => gone.abort());
  return gone.signal;
}

/** Answers requests; never rejects. */
export type ApiHandler = (request: ApiRequest) => Promise<ApiResponse>;

/** A plain text answer. */
export function textResponse(text: string, headers: ApiHeaders = {}): ApiResponse {
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body: text };
}

/** An answer of bytes whose meaning only the sender knows. */
export function bytesResponse(body: ApiBody, headers: ApiHeaders = {}): ApiResponse {
  return { status: 200, headers: { 'content-type': 'application/octet-stream', ...headers }, body };
}

/** `value` as JSON. */
export function jsonResponse(value: unknown, status = 200, headers: ApiHeaders = {}): ApiResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

/** What HEAD gets where GET gets `response`: the head alone, with the length the body would have. */
export function headOnly(response: ApiResponse): ApiResponse {
  const { status, headers, body } = response;
  if (typeof body !== 'string' && !ArrayBuffer.isView(body)) return { status, headers, body: '' };
  const length = typeof body === 'string' ? new TextEncoder().encode(body).length : body.length;
  return { status, headers: { ...headers, 'content-length': String(length) }, body: '' };
}
