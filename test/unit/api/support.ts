import type { ApiHandler, ApiRequest, ApiResponse } from '../../../src/api/http.ts';
import { FaasmError } from '../../../src/core/errors.ts';

/** A request as a test writes it. */
export interface TestRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Given the function that reports the client as gone. */
  readonly onDisconnect?: (disconnect: () => void) => void;
}

/** An answer with its body read. */
export interface TestAnswer {
  readonly status: number;
  readonly headers: ApiResponse['headers'];
  readonly text: string;
  readonly streamed: boolean;
}

/** Sends a request to `handler` and reads the whole answer. */
export async function send(
  handler: ApiHandler,
  method: string,
  path: string,
  options: TestRequest = {},
): Promise<TestAnswer> {
  const bytes = Buffer.from(options.body ?? '');
  const request: ApiRequest = {
    method,
    path,
    header: (name) => options.headers?.[name],
    body: async (maxBytes) => {
      if (bytes.length > maxBytes) throw new FaasmError('BODY_TOO_LARGE', 'too large');
      return bytes;
    },
    onDisconnect: (listener) => options.onDisconnect?.(listener),
  };
  const response = await handler(request);
  const { body } = response;
  const streamed = typeof body !== 'string' && !ArrayBuffer.isView(body);
  const parts: Uint8Array[] = [];
  if (typeof body === 'string' || ArrayBuffer.isView(body)) parts.push(Buffer.from(body as string));
  else for await (const chunk of body) parts.push(chunk);
  return { status: response.status, headers: response.headers, text: Buffer.concat(parts).toString(), streamed };
}
