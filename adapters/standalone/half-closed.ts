import type { ServerResponse } from 'node:http';

/** How often a client is asked. */
const ASK_MS = 500;
/**
 * As long as the host may well be held up between a request and what comes behind it. No longer: calls of clients that have
 * gone go on until those have been asked twice.
 */
const SOON_MS = 250;
/** The same where clients cannot be asked. */
const UNASKED_SOON_MS = 50;

/**
 * Whether a client that closes its side `afterMs` behind its request has gone. So soon, and before its answer begins, it
 * may only have said that no other request comes, as `nc -N` does.
 */
export function isLate(answer: ServerResponse, afterMs: number): boolean {
  return afterMs > (canBeAsked(answer) ? SOON_MS : UNASKED_SOON_MS);
}

/**
 * Finds out whether a client that has closed its side of a connection still waits for its answer: to a server the two look
 * the same until it writes. `waiting` says which answer has not begun, if one has not and none is before it. An interim
 * answer (102, RFC 2518 section 10.1) does no harm to a client that waits; the system of one that has gone refuses it, so
 * that the next one fails and the connection ends, which answers learn by their event `close`. HTTP/1.0 has no interim
 * answers: its clients are not asked.
 * Returns what ends it.
 */
export function askWhetherThere(waiting: () => ServerResponse | undefined): () => void {
  const timer = setInterval(() => {
    const answer = waiting();
    if (answer !== undefined && canBeAsked(answer)) answer.writeProcessing();
  }, ASK_MS);
  return () => clearInterval(timer);
}

function canBeAsked({ req }: ServerResponse): boolean {
  return req.httpVersion === '1.1';
}
