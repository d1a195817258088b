import { FaasmError } from '../core/errors.ts';
import type { Turns } from '../core/turns.ts';
import { takeMask } from './mask.ts';
import { pushRanges } from './pushing.ts';
import { RangeSet } from './range-set.ts';
import { valueName } from './value.ts';
import { type PullContext, pullValue } from './value-pull.ts';

/** What a masked push needs: it works on two values. */
export interface MaskedPushContext extends PullContext {
  readonly turns: Turns;
}

/** See LocalTier.pushMasked. */
export async function pushMasked(
  context: MaskedPushContext,
  user: string,
  key: string,
  maskKey: string,
): Promise<void> {
  const { turns, values } = context;
  const ranges = new RangeSet();
  const value = values.present(user, key);
  try {
    // One key at a time: two masks that name each other must not wait for each other.
    await turns.take(valueName(user, maskKey), async () => {
      const mask = values.present(user, maskKey);
      const { sizeBytes } = value.region;
      if (mask.region.sizeBytes !== sizeBytes) {
        throw new FaasmError(
          'STATE_SIZE_MISMATCH',
          `State ${valueName(user, maskKey)} holds ${mask.region.sizeBytes} bytes and cannot mask ${valueName(user, key)} of ${sizeBytes}.`,
        );
      }
      await takeMask(context, mask, ranges);
    });
    await turns.take(valueName(user, key), () => pushRanges(context, value, ranges));
  } catch (error) {
    // What the mask said, and says no more, is kept as declared changes.
    await turns.take(valueName(user, key), async () => value.dirty.addAll(ranges));
    throw error;
  }
  await turns.take(valueName(user, key), () => pullValue(context, user, key));
}
