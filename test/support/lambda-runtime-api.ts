import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How AWS would answer an event. */
export interface LambdaAnswer {
  /** What the handler answered, as it was sent; of a failure the error in JSON. */
  readonly payload: Buffer;
  /** Set when the event failed: `Unhandled`, as the Invoke API says. */
  readonly functionError?: string;
  /** Whether the answer was streamed, and of which content type it is. */
  readonly streamed: boolean;
  readonly contentType: string;
  /** Bytes as they came, when they did: only of streamed answers. */
  readonly chunks: readonly { readonly sizeBytes: number; readonly at: number }[];
}

/** What an event is sent with. */
export interface EventOptions {
  /** Time the handler has, in ms. */
  readonly timeoutMs?: number;
  readonly trace?: string;
  /** Takes a streamed answer as it comes instead of keeping it: `payload` is empty then. */
  readonly onChunk?: (chunk: Buffer) => Promise<void> | void;
}

/** The service inside a sandbox of Lambda that a runtime client asks for events: version 2018-06-01 of its interface. */
export interface LambdaRuntimeApi {
  /** `host:port`, the value of AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** Hands an event to the next client that asks. Rejects when it is larger than Lambda takes (413). */
  invoke(payload: string | Buffer, options?: EventOptions): Promise<LambdaAnswer>;
  /** What the client has said of a failed start; resolves when it does. */
  readonly initError: Promise<{ readonly errorType: string; readonly errorMessage: string }>;
  /** Resolves when a client asks for an event: its start is over. */
  readonly ready: Promise<void>;
  /** Clients that wait for an event. */
  waiting(): number;
  close(): Promise<void>;
}

/** Largest event and answer in bytes; the numbers are AWS's. */
export const MAX_EVENT_BYTES = 6_291_456;
export const MAX_ANSWER_BYTES = 6_291_556;
const TIMEOUT_MS = 60_000;
const TRACE = 'Root=1-6920a1b2-0123456789abcdef01234567;Parent=89abcdef01234567;Sampled=1';

interface Waiting {
  readonly id: string;
  readonly payload: string | Buffer;
  readonly options: EventOptions;
  answered(answer: LambdaAnswer): void;
}

/** Opens the service on a free port of the loopback interface. */
export async function openLambdaRuntimeApi(): Promise<LambdaRuntimeApi> {
  const queue: Waiting[] = [];
  const clients: ServerResponse[] = [];
  const underWay = new Map<string, Waiting>();
  const initError = Promise.withResolvers<{ errorType: string; errorMessage: string }>();
  const ready = Promise.withResolvers<void>();

  function match(): void {
    while (queue.length > 0 && clients.length > 0) {
      const event = queue.shift() as Waiting;
      const client = clients.shift() as ServerResponse;
      underWay.set(event.id, event);
      client.writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': event.id,
        'lambda-runtime-deadline-ms': String(Date.now() + (event.options.timeoutMs ?? TIMEOUT_MS)),
        'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-central-1:123456789012:function:faasm',
        'lambda-runtime-trace-id': event.options.trace ?? TRACE,
      });
      client.end(event.payload);
    }
  }

  async function answered(request: IncomingMessage, response: ServerResponse, id: string, ok: boolean): Promise<void> {
    const event = underWay.get(id);
    const streamed = request.headers['lambda-runtime-function-response-mode'] === 'streaming';
    const parts: Buffer[] = [];
    const chunks: { sizeBytes: number; at: number }[] = [];
    let sizeBytes = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (!streamed) parts.push(chunk);
      else {
        chunks.push({ sizeBytes: chunk.length, at: performance.now() });
        if (event?.options.onChunk === undefined) parts.push(chunk);
        else await event.options.onChunk(chunk);
      }
    }
    underWay.delete(id);
    const tooLarge = !streamed && sizeBytes > MAX_ANSWER_BYTES;
    response.writeHead(tooLarge ? 413 : 202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
    // A stream that breaks off says so in its trailer.
    const trailer = request.trailers['lambda-runtime-function-error-body'];
    const contentType = request.headers['content-type'] ?? '';
    const failure = { functionError: 'Unhandled', streamed, contentType, chunks };
    if (tooLarge) {
      const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_ANSWER_BYTES} bytes).`;
      const payload = Buffer.from(JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage }));
      event?.answered({ payload, ...failure });
    } else if (typeof trailer === 'string' && trailer !== '') {
      event?.answered({ payload: Buffer.from(trailer, 'base64'), ...failure });
    } else {
      const payload = Buffer.concat(parts);
      event?.answered(ok ? { payload, streamed, contentType, chunks } : { payload, ...failure });
    }
  }

  const server = createServer((request, response) => {
    const [, id = '', kind] = /\/invocation\/([^/]+)\/(response|error)$/.exec(request.url ?? '') ?? [];
    if (request.method === 'GET' && request.url === '/2018-06-01/runtime/invocation/next') {
      clients.push(response);
      response.on('close', () => {
        const at = clients.indexOf(response);
        if (at >= 0) clients.splice(at, 1);
      });
      ready.resolve();
      match();
    } else if (request.method === 'POST' && kind !== undefined) {
      // A client that is killed breaks off.
      answered(request, response, id, kind === 'response').catch(() => response.destroy());
    } else if (request.method === 'POST' && request.url === '/2018-06-01/runtime/init/error') {
      request.setEncoding('utf8').on('data', (text: string) => initError.resolve(JSON.parse(text)));
      response.writeHead(202).end('{"status":"OK"}');
    } else response.writeHead(404).end();
  });
  server.requestTimeout = 0;
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    initError: initError.promise,
    ready: ready.promise,
    waiting: () => clients.length,
    invoke(payload, options = {}) {
      if (Buffer.byteLength(payload) > MAX_EVENT_BYTES) {
        return Promise.reject(Object.assign(new Error('RequestTooLargeException'), { status: 413 }));
      }
      return new Promise((resolve) => {
        queue.push({ id: randomUUID(), payload, options, answered: resolve });
        match();
      });
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
