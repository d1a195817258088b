import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { ApiBody, ApiResponse } from '../../src/index.ts';

/** How answers are sent. */
export interface SendOptions {
  /** Whether the connection ends with this answer. */
  readonly close: boolean;
  /** A client that takes nothing of its answer for this long is cut off. */
  readonly stallMs: number;
}

/** Up to here a body is handed to the socket at once. */
const AT_ONCE_BYTES = 64 * 1024;
const ONE_PIECE_BYTES = 4 * 1024;
/** How much of a large body the socket is given at a time. */
const PART_BYTES = 256 * 1024;
/** How long the rest of a body that nobody wants is thrown away before the connection is cut. */
const LINGER_MS = 2_000;

/** Sends `response` and waits until the system has taken all of it, or the client is gone. Never rejects. */
export async function sendResponse(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  response: ApiResponse,
  options: SendOptions,
): Promise<void> {
  // Node starts the handler between head and body, also when both came together.
  if (!incoming.complete) await setImmediate();
  if (outgoing.destroyed) return;
  const { body } = response;
  // A request that was refused before its body was read: what still comes of it belongs to no further request.
  const unread = !incoming.complete;
  const length = bodyLength(body);
  // Names and values in turn: the form that node:http takes as it is.
  const headers = Object.entries(response.headers).flat();
  if (length !== undefined && describesLength(response)) headers.push('content-length', String(length));
  if (unread || options.close) headers.push('connection', 'close');
  outgoing.writeHead(response.status, headers);
  if (length !== undefined && length <= AT_ONCE_BYTES && !unread) {
    endAtOnce(outgoing, body as string | Uint8Array);
    return;
  }
  try {
    await writeParts(outgoing, body, options.stallMs);
    if (unread) await discardRest(incoming, outgoing);
    outgoing.end();
  } catch {
    // Whatever ended the body early, an open connection would tell the client that more is to come.
    outgoing.destroy();
  }
}

/** Whether the length of a body is still to be said: it is not where the answer says another (HEAD), nor with 204 and 304. */
function describesLength({ status, headers }: ApiResponse): boolean {
  return status !== 204 && status !== 304 && headers['content-length'] === undefined;
}

/** A short body becomes a string of its bytes: node:http then sends it together with the head, in one piece. */
function endAtOnce(outgoing: ServerResponse, body: string | Uint8Array): void {
  if (typeof body === 'string' || body.length > ONE_PIECE_BYTES) outgoing.end(body);
  else outgoing.end(Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1'), 'latin1');
}

function bodyLength(body: ApiBody): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body);
  return ArrayBuffer.isView(body) ? body.byteLength : undefined;
}

async function writeParts(outgoing: ServerResponse, body: ApiBody, stallMs: number): Promise<void> {
  const whole = typeof body === 'string' ? Buffer.from(body) : body;
  for await (const chunk of ArrayBuffer.isView(whole) ? [whole] : whole) {
    for (let start = 0; start < chunk.length; start += PART_BYTES) {
      if (outgoing.write(chunk.subarray(start, start + PART_BYTES))) continue;
      await drained(outgoing, stallMs);
    }
  }
}

/** Waits until `outgoing` takes more; rejects when its client is gone or stalls. */
async function drained(outgoing: ServerResponse, stallMs: number): Promise<void> {
  const stalled = new AbortController();
  const cut = (): void => stalled.abort();
  const timer = setTimeout(cut, stallMs);
  outgoing.once('close', cut);
  try {
    if (outgoing.destroyed) cut();
    await once(outgoing, 'drain', { signal: stalled.signal });
  } finally {
    clearTimeout(timer);
    outgoing.off('close', cut);
  }
}

/**
 * Lets the client read its answer while it may still be sending: closing a socket with unread bytes resets the
 * connection, and the reset overtakes the answer.
 */
async function discardRest(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  outgoing.flushHeaders();
  if (incoming.destroyed) return;
  await new Promise<void>((resolve) => {
    const enough = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(enough, LINGER_MS);
    incoming.once('end', enough).once('close', enough).resume();
  });
}
