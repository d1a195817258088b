import {
  type ApiResponse,
  FaasmError,
  type PlatformHost,
  type PlatformRequest,
  toFaasmError,
} from '../../src/index.ts';
import { answerHeaders, errorAnswer } from './events/http-parts.ts';
import { deadlineOf, type Invocation } from './invocation.ts';

/** Status and headers of an HTTP answer, as Lambda wants them in front of a streamed body. */
export interface AnswerHead {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where an answer goes while it comes into being. `head` comes first, then any number of chunks, then `end`. */
export interface AnswerSink {
  /** Without a head the body is JSON, and no HTTP answer. */
  head(head?: AnswerHead): void;
  /** Resolves when it takes more. */
  write(chunk: Uint8Array): Promise<void>;
  /** Resolves when all of it has been taken. */
  end(): Promise<void>;
}

/** What {@link streamAnswer} needs besides the request. */
export interface StreamOptions {
  readonly invocation: Invocation;
  readonly sink: AnswerSink;
  /** Largest body. */
  readonly maxBytes: number;
}

/** Most bytes that are written at a time. */
const PART_BYTES = 64 * 1024;

/** Sends an answer that is there. */
export async function sendAnswer(sink: AnswerSink, answer: unknown): Promise<void> {
  sink.head();
  await writeParts(sink, Buffer.from(JSON.stringify(answer)));
  await sink.end();
}

/**
 * Answers a request and sends the answer as it comes. Rejects when it breaks off: Lambda tells the client so, who has
 * some of it by then.
 */
export async function streamAnswer(
  host: PlatformHost,
  request: PlatformRequest,
  options: StreamOptions,
): Promise<void> {
  const { invocation, sink, maxBytes } = options;
  let begun = false;
  const send = async (response: ApiResponse, signal?: AbortSignal): Promise<void> => {
    checkLength(response, maxBytes);
    begun = true;
    sink.head({ statusCode: response.status, headers: answerHeaders(response, request.method) });
    let sentBytes = 0;
    for await (const chunk of chunksOf(response)) {
      signal?.throwIfAborted();
      sentBytes += chunk.length;
      if (sentBytes > maxBytes) throw tooLarge(`more than ${maxBytes}`, maxBytes);
      await writeParts(sink, chunk);
    }
    await sink.end();
  };
  try {
    await host.stream(request, deadlineOf(invocation), send);
  } catch (error) {
    if (begun) throw error;
    await send(errorAnswer(toFaasmError(error)));
  }
}

async function writeParts(sink: AnswerSink, bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.length; start += PART_BYTES) {
    await sink.write(bytes.subarray(start, start + PART_BYTES));
  }
}

function chunksOf({ body }: ApiResponse): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if (typeof body === 'string') return [Buffer.from(body)];
  return ArrayBuffer.isView(body) ? [body] : body;
}

/** An answer whose length is known is refused before it has begun. */
function checkLength({ headers, body }: ApiResponse, maxBytes: number): void {
  const bytes = ArrayBuffer.isView(body) ? body.length : Number(headers['content-length'] ?? 0);
  if (bytes > maxBytes) throw tooLarge(String(bytes), maxBytes);
}

function tooLarge(bytes: string, maxBytes: number): FaasmError {
  return new FaasmError(
    'BODY_TOO_LARGE',
    `The answer has ${bytes} bytes, and Lambda streams ${maxBytes} at most: answer less.`,
  );
}
