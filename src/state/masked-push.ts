import { FaasmError } from '../core/errors.ts';
import type { Turns } from '../core/turns.ts';
import { maskRanges, zeroMask } from './mask.ts';
import { pushRanges } from './pushing.ts';
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
  // One key at a time: two masks that name each other must not wait for each other.
  const ranges = await turns.take(valueName(user, maskKey), async () => {
    const mask = values.present(user, maskKey);
    const { sizeBytes } = values.present(user, key).region;
    if (mask.region.sizeBytes !== sizeBytes) {
      throw new FaasmError(
        'STATE_SIZE_MISMATCH',
        `State ${valueName(user, maskKey)} holds ${mask.region.sizeBytes} bytes and cannot mask ${valueName(user, key)} of ${sizeBytes}.`,
      );
    }
    const found = await maskRanges(context, mask);
    await zeroMask(context, mask, found);
    return found;
  });
  await turns.take(valueName(user, key), async () => {
    const value = values.present(user, key);
    try {
      await pushRanges(context, value, ranges);
    } catch (error) {
      // The mask has been zeroed: what it said is kept as declared changes.
      value.dirty.addAll(ranges);
      throw error;
    }
    await pullValue(context, user, key);
  });
}
