import type { ServerResponse } from 'node:http';

/** How often a client is asked. */
const ASK_MS = 1_000;

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
    if (answer?.req.httpVersion === '1.1') answer.writeProcessing();
  }, ASK_MS);
  return () => clearInterval(timer);
}
