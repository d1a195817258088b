import type { Storage } from '../layer/layer.ts';

/** One state value on this host, in the form in which threads get it. */
export interface Region {
  /** Changes with the storage: a mapping of an older id is not the value any more. */
  readonly id: number;
  readonly sizeBytes: number;
  readonly storage: Storage;
  /** Counters shared by all threads; see the functions of this file. */
  readonly shared: Int32Array;
}

const DIRTY = 0;
const HOLDS = 1;
const STALE = 2;

/** Counters for a new region. */
export function regionCounters(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(12));
}

/** This host now has changes that the global tier does not have. */
export function markDirty(region: Region): void {
  Atomics.store(region.shared, DIRTY, 1);
}

/** Whether the region was dirty; it is clean now. */
export function takeDirty(region: Region): boolean {
  return Atomics.exchange(region.shared, DIRTY, 0) === 1;
}

/** Somebody may map the region from here on: its storage is not given to another key before the hold is released. */
export function hold(region: Region): void {
  Atomics.add(region.shared, HOLDS, 1);
}

export function releaseHold(region: Region): void {
  Atomics.sub(region.shared, HOLDS, 1);
}

export function isHeld(region: Region): boolean {
  return Atomics.load(region.shared, HOLDS) > 0;
}

/** The key has another region now: who holds this one should let go of it. */
export function markStale(region: Region): void {
  Atomics.store(region.shared, STALE, 1);
}

export function isStale(region: Region): boolean {
  return Atomics.load(region.shared, STALE) === 1;
}
