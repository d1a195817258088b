import { FaasmError } from '../core/errors.ts';
import type { GlobalState } from '../core/global-state.ts';
import { inPieces } from './pieces.ts';
import { isPresent, markPresent, pageRuns } from './region.ts';
import { type LocalValue, type ValueContext, valueName } from './value.ts';

/** What fetching needs besides the value. */
export interface FetchContext extends ValueContext {
  readonly global: GlobalState;
}

/**
 * Fetches what is missing of [from, to), in whole pages. Throws what the global tier throws, `STATE_SIZE_MISMATCH` when
 * the value has got another size there, and `STATE_NOT_FOUND` when it has been removed.
 */
export async function fetchMissing(context: FetchContext, value: LocalValue, from: number, to: number): Promise<void> {
  if (isPresent(value.region, from, to)) return;
  for (const [start, end] of pageRuns(value.region, from, to, false)) {
    await inPieces(start, end, async (first, last) => {
      const bytes = await readGlobal(context, value, first, last);
      // Ranges that were declared are the function's own, wherever they are.
      for (const [gap, gapEnd] of value.dirty.gaps(first, last)) {
        context.layer.write(value.region.storage, gap, bytes.subarray(gap - first, gapEnd - first));
      }
      value.twin?.set(first, bytes);
      markPresent(value.region, first, last);
    });
  }
}

/** [from, to) as the global tier has it. Throws as {@link fetchMissing}. */
export async function readGlobal(
  { global }: FetchContext,
  { user, key, region }: LocalValue,
  from: number,
  to: number,
): Promise<Uint8Array> {
  const found = await global.read(user, key, from, to - from);
  if (found === undefined) {
    throw new FaasmError(
      'STATE_NOT_FOUND',
      `State ${valueName(user, key)} has been removed from the global tier, and this host has only a part of it.`,
    );
  }
  if (found.stat.sizeBytes !== region.sizeBytes) throw sizeChanged(user, key, region.sizeBytes, found.stat.sizeBytes);
  return found.bytes;
}

/** The value is of another size in the global tier. */
export function sizeChanged(user: string, key: string, here: number, there: number): FaasmError {
  return new FaasmError(
    'STATE_SIZE_MISMATCH',
    `State ${valueName(user, key)} holds ${here} bytes on this host, but ${there} in the global tier: somebody has replaced it. Pull it, or write the whole value.`,
  );
}
