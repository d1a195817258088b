import type { Budget } from '../core/budget.ts';
import { inPieces, PIECE_BYTES } from './pieces.ts';
import { isTouched, isUsed, pageRuns, setTwin } from './region.ts';
import { Twin } from './twin.ts';
import type { LocalValue, ValueContext } from './value.ts';

/** Keeps a twin from here on, which is as the value is now. Throws `HOST_OVERLOADED`. */
export async function takeTwin(context: ValueContext, value: LocalValue, budget: Budget): Promise<void> {
  if (value.twin !== undefined) return;
  const { region } = value;
  const twin = new Twin(budget, context.layer, region.sizeBytes);
  // One for all pieces: of a large value, pieces of their own would fill the memory until they are collected.
  const piece = new Uint8Array(Math.min(PIECE_BYTES, region.sizeBytes));
  try {
    for (const [from, to] of pageRuns(region, 0, region.sizeBytes, true)) {
      await inPieces(from, to, (start, end) => {
        const bytes = piece.subarray(0, end - start);
        context.layer.read(region.storage, start, bytes);
        twin.set(start, bytes);
      });
    }
  } catch (error) {
    twin.release();
    throw error;
  }
  value.twin = twin;
  setTwin(region, true);
}

/** Gives the twin back if nobody needs it: no call has the value mapped, and nothing is left to be compared. */
export function dropTwin(value: LocalValue): boolean {
  const { region, twin } = value;
  if (twin === undefined) return false;
  // In this order: a thread that begins to use the value looks for the twin after it has said so.
  setTwin(region, false);
  if (isUsed(region) || isTouched(region)) {
    setTwin(region, true);
    return false;
  }
  twin.release();
  value.twin = undefined;
  return true;
}
