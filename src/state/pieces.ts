import { nextTurn } from '../core/in-steps.ts';

/** Bytes handled between two turns of the event loop: calls of others must not wait for a large value. */
export const PIECE_BYTES = 4 * 1024 * 1024;

/** Runs `work` for each piece of [from, to), with a turn of the event loop between two of them. */
export async function inPieces(
  from: number,
  to: number,
  work: (from: number, to: number) => void | Promise<void>,
): Promise<void> {
  for (let at = from; at < to; at += PIECE_BYTES) {
    if (at > from) await nextTurn();
    await work(at, Math.min(to, at + PIECE_BYTES));
  }
}
