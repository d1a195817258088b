import type { MemoryLayer } from './layer.ts';
import { nativeLayer } from './native.ts';
import { loadAddon, type NativeAddon } from './native-addon.ts';
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
    const addon = loadAddon();
    return { layer: nativeLayer(addon, fileFolder(addon)) };
  } catch (error) {
    const reason = (error as { message?: string }).message ?? String(error);
    if (choice === 'native') throw new Error(`The native layer cannot be used: ${reason}`);
    return { layer: portableLayer(board), reason };
  }
}

/** Where files without a name can be had, the preferred place first: memory, then what every system keeps writable. */
const PLACES = ['', '/tmp'];

/** The first of {@link PLACES} that works; some sandboxes have no files in memory. Throws when none does. */
export function fileFolder(addon: Pick<NativeAddon, 'probeFile'>): string {
  const errors = PLACES.map((place) => addon.probeFile(place));
  const place = PLACES[errors.indexOf(0)];
  if (place !== undefined) return place;
  const reasons = PLACES.map((name, index) => `${name || 'memory'}: errno ${-(errors[index] ?? 0)}`);
  throw new Error(`files without a name cannot be had (${reasons.join(', ')})`);
}
