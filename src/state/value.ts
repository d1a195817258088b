import type { StateChange } from '../core/global-state.ts';
import type { MemoryLayer } from '../layer/layer.ts';
import { inPieces } from './pieces.ts';
import { RangeSet } from './range-set.ts';
import { markPresent, type Region } from './region.ts';
import type { Twin } from './twin.ts';

/** A value that this host holds, on the main thread. What is done with one value happens one after the other. */
export interface LocalValue {
  readonly user: string;
  readonly key: string;
  readonly region: Region;
  /** Changes that were declared, or made by copy, and have not been pushed. */
  readonly dirty: RangeSet;
  /** There while somebody who does not declare changes may have a pointer; see twin.ts. */
  twin: Twin | undefined;
  /** Version of the global tier's value that this one is at least as new as; 0: the global tier has not had it. */
  version: number;
}

/** What the functions on values work with. */
export interface ValueContext {
  readonly layer: MemoryLayer;
}

export function localValue(user: string, key: string, region: Region, version: number): LocalValue {
  return { user, key, region, dirty: new RangeSet(), twin: undefined, version };
}

/**
 * This host has made a change of parts of the global tier's value. Where others have changed it since this host last
 * knew it, a pull must not take it for known.
 */
export function learnVersion(value: LocalValue, { before, version }: StateChange): void {
  if (before === value.version) value.version = version;
}

/** `user/key`, for errors and as a name in maps: users hold no slash, so those of different users are never equal. */
export function valueName(user: string, key: string): string {
  return `${user}/${key}`;
}

/** A copy of [from, to) of a value as it is here. */
export async function readValue({ layer }: ValueContext, { region }: LocalValue, from: number, to: number) {
  const bytes = new Uint8Array(to - from);
  await inPieces(from, to, (start, end) => layer.read(region.storage, start, bytes.subarray(start - from, end - from)));
  return bytes;
}

/** Puts bytes at `offset` of a value here. The caller sees to the rest of the pages that they do not fill. */
export async function putBytes({ layer }: ValueContext, value: LocalValue, offset: number, bytes: Uint8Array) {
  const { region } = value;
  const end = offset + bytes.length;
  await inPieces(offset, end, (from, to) => {
    layer.write(region.storage, from, bytes.subarray(from - offset, to - offset));
  });
  markPresent(region, offset, end);
}
