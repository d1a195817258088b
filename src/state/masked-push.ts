import { FaasmError } from '../core/errors.ts';
import { withRoom } from './making-room.ts';
import { takeMask } from './mask.ts';
import { pushRanges } from './pushing.ts';
import { RangeSet } from './range-set.ts';
import { valueName } from './value.ts';
import { type PullContext, pullValue } from './value-pull.ts';

/** See LocalTier.pushMasked. */
export async function pushMasked(context: PullContext, user: string, key: string, maskKey: string): Promise<void> {
  const { turns, values } = context;
  const ranges = new RangeSet();
  const { sizeBytes } = values.present(user, key).region;
  try {
    // One key at a time: two masks that name each other must not wait for each other.
    await turns.take(valueName(user, maskKey), async () => {
      const mask = values.present(user, maskKey);
      checkMask(user, key, sizeBytes, maskKey, mask.region.sizeBytes);
      await takeMask(context, mask, ranges);
    });
    await turns.take(valueName(user, key), async () => {
      // Another value may be there by now.
      const value = values.present(user, key);
      checkMask(user, key, value.region.sizeBytes, maskKey, sizeBytes);
      await withRoom(context, () => pushRanges(context, value, ranges));
    });
  } catch (error) {
    // What the mask said, and says no more, is kept as declared changes.
    await turns.take(valueName(user, key), async () => {
      const value = values.get(user, key);
      if (value?.region.sizeBytes === sizeBytes) value.dirty.addAll(ranges);
    });
    throw error;
  }
  await turns.take(valueName(user, key), () => pullValue(context, user, key));
}

function checkMask(user: string, key: string, sizeBytes: number, maskKey: string, maskBytes: number): void {
  if (maskBytes === sizeBytes) return;
  throw new FaasmError(
    'STATE_SIZE_MISMATCH',
    `State ${valueName(user, maskKey)} holds ${maskBytes} bytes and cannot mask ${valueName(user, key)} of ${sizeBytes}.`,
  );
}
