import type { MemoryLayer } from './layer.ts';
import { nativeLayer } from './native.ts';
import { loadAddon } from './native-addon.ts';
import { portableLayer, type TurnBoard } from './portable.ts';

/** Which layer to use: `auto` takes the native one where it loads. */
export type LayerChoice = 'auto' | 'native' | 'portable';

/**
 * Opens the memory layer of this thread. `reason` says why `auto` fell back to the portable one.
 * Throws with that reason when `native` was asked for.
 */
export function openLayer(choice: LayerChoice, board?: TurnBoard): { layer: MemoryLayer; reason?: string } {
  if (choice === 'portable') return { layer: portableLayer(board) };
  try {
    return { layer: nativeLayer(loadAddon()) };
  } catch (error) {
    const reason = (error as { message?: string }).message ?? String(error);
    if (choice === 'native') throw new Error(`The native layer cannot be used: ${reason}`);
    return { layer: portableLayer(board), reason };
  }
}
