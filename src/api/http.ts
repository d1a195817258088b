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
  /** Value of a header, by its name in lower case. */
  header(name: string): string | undefined;
  /**
   * Reads the body; the caller owns the bytes. Waits for the client. May be called once.
   * Throws `BODY_TOO_LARGE`, `BODY_TIMEOUT`, `HOST_OVERLOADED`, and `CANCELLED` when the client went away.
   */
  body(maxBytes: number): Promise<Uint8Array>;
  /** Calls `listener` if the client goes away before the whole answer was sent; at once if it already has. */
  onDisconnect(listener: () => void): void;
}

/** What a body can be. A stream is read at the client's pace. */
export type ApiBody = string | Uint8Array | AsyncIterable<Uint8Array>;

/** The answer to an {@link ApiRequest}. */
export interface ApiResponse {
  readonly status: number;
  /** Names in lower case. The adapter adds `content-length` to bodies that are no stream. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ApiBody;
}

/** Answers requests; never rejects. */
export type ApiHandler = (request: ApiRequest) => Promise<ApiResponse>;

/** A plain text answer. */
export function textResponse(text: string, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body: text };
}

/** An answer of bytes whose meaning only the sender knows. */
export function bytesResponse(body: ApiBody, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  return { status: 200, headers: { 'content-type': 'application/octet-stream', ...headers }, body };
}
