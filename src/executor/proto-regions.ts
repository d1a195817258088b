import { type ErrorRecord, toFaasmError } from '../core/errors.ts';
import type { Faaslet } from '../faaslet/faaslet.ts';
import type { ProtoFunction } from '../faaslet/proto-function.ts';
import type { MemoryLayer } from '../layer/layer.ts';
import { regionOf, type ThreadState } from './thread-state.ts';

const ALL_BYTES = { offset: 0, length: Number.POSITIVE_INFINITY } as const;

/** The call whose Faaslet gets regions. */
export interface RegionUser {
  readonly id: number;
  readonly user: string;
  readonly state: Pick<ThreadState, 'askPointer'>;
  readonly layer: Pick<MemoryLayer, 'abilities'>;
  /** Its Faaslet; undefined when the call is over, and nothing is to be done for it any more. */
  readonly faaslet: () => Pick<Faaslet, 'regions'> | undefined;
}

/**
 * Maps the regions that a proto-function was captured with, one after the other, where its code expects them. Calls `done`
 * in a macrotask, with the error that ended it if there was one; not when the call ends before.
 */
export function mapProtoRegions(
  call: RegionUser,
  regions: ProtoFunction['regions'],
  done: (error?: ErrorRecord) => void,
  next = 0,
): void {
  const region = regions[next];
  if (region === undefined) return done();
  const declares = !call.layer.abilities.sharedRegions;
  const wish = { kind: 'pointer', totalBytes: region.sizeBytes, ...ALL_BYTES, declares } as const;
  call.state.askPointer(call.id, call.user, region.key, wish, (answer) => {
    const faaslet = call.faaslet();
    if (faaslet === undefined) return;
    try {
      if ('error' in answer) return done(answer.error);
      const found = regionOf(answer);
      if (found === undefined) throw new Error('the local tier gave no region');
      faaslet.regions.mapAt(region.key, found, region.address);
    } catch (error) {
      return done(toFaasmError(error).record());
    }
    mapProtoRegions(call, regions, done, next + 1);
  });
}
