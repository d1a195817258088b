import type { Storage } from '../layer/layer.ts';
import { COMMON_SLOT } from './holders.ts';

/** One state value on this host, in the form in which threads get it. */
export interface Region {
  /** Changes with the storage: a mapping of an older id is not the value any more. */
  readonly id: number;
  readonly sizeBytes: number;
  readonly storage: Storage;
  /** Counters shared by all threads; see the functions of this file. */
  readonly shared: Int32Array;
  /** One byte for each page of {@link STATE_PAGE_BYTES}, shared by all threads: 1 once the page has been fetched. */
  readonly present: Uint8Array;
  /** Slot of whoever has this object, see holders.ts: what a thread holds is counted apart, to end with the thread. */
  readonly holder: number;
}

/** The unit in which values are fetched. */
export const STATE_PAGE_BYTES = 4096;

const STALE = 0;
const TOUCHED = 1;
const TWIN = 2;
const MISSING = 3;
/** From here on, for each holder: its holds and its uses. */
const HOLDERS = 4;
const HOLDS = 0;
const USES = 1;
const HOLDER_COUNTERS = 2;

/**
 * A region over `storage` for up to `slots` holders. `present`: its bytes are the value; otherwise all of them have still
 * to be fetched.
 */
export function newRegion(id: number, sizeBytes: number, storage: Storage, present: boolean, slots = 1): Region {
  const pages = Math.ceil(sizeBytes / STATE_PAGE_BYTES);
  const shared = new Int32Array(new SharedArrayBuffer((HOLDERS + slots * HOLDER_COUNTERS) * 4));
  const pageMap = new Uint8Array(new SharedArrayBuffer(pages));
  if (present) pageMap.fill(1);
  else shared[MISSING] = pages;
  return { id, sizeBytes, storage, shared, present: pageMap, holder: COMMON_SLOT };
}

/** Somebody may map the region from here on: its storage is not given to another key before the hold is released. */
export function hold(region: Region): void {
  Atomics.add(region.shared, own(region, HOLDS), 1);
}

export function releaseHold(region: Region): void {
  Atomics.sub(region.shared, own(region, HOLDS), 1);
}

export function isHeld(region: Region): boolean {
  return anybody(region, HOLDS);
}

/** Ends all holds and uses of a holder that is gone. */
export function endHolder({ shared }: Region, slot: number): void {
  for (const counter of [HOLDS, USES]) Atomics.store(shared, HOLDERS + slot * HOLDER_COUNTERS + counter, 0);
}

function own({ holder }: Region, counter: typeof HOLDS | typeof USES): number {
  return HOLDERS + holder * HOLDER_COUNTERS + counter;
}

function anybody({ shared }: Region, counter: typeof HOLDS | typeof USES): boolean {
  for (let at = HOLDERS + counter; at < shared.length; at += HOLDER_COUNTERS) {
    if (Atomics.load(shared, at) > 0) return true;
  }
  return false;
}

/** The key has another region now: who holds this one should let go of it. */
export function markStale(region: Region): void {
  Atomics.store(region.shared, STALE, 1);
}

/** The key keeps the region after all: somebody began to use it meanwhile. */
export function unmarkStale(region: Region): void {
  Atomics.store(region.shared, STALE, 0);
}

export function isStale(region: Region): boolean {
  return Atomics.load(region.shared, STALE) === 1;
}

/** A call maps the region, and may store to it until {@link endUse}. Whoever begins looks at {@link isStale} after. */
export function beginUse(region: Region): void {
  Atomics.add(region.shared, own(region, USES), 1);
}

export function endUse(region: Region): void {
  Atomics.sub(region.shared, own(region, USES), 1);
}

export function isUsed(region: Region): boolean {
  return anybody(region, USES);
}

/** Somebody who does not declare what it changes has a pointer to the value: a push compares it with its twin. */
export function touch(region: Region): void {
  Atomics.store(region.shared, TOUCHED, 1);
}

export function clearTouched(region: Region): void {
  Atomics.store(region.shared, TOUCHED, 0);
}

export function isTouched(region: Region): boolean {
  return Atomics.load(region.shared, TOUCHED) === 1;
}

/** Whether the local tier keeps a copy to compare the value with. */
export function setTwin(region: Region, kept: boolean): void {
  Atomics.store(region.shared, TWIN, kept ? 1 : 0);
}

export function hasTwin(region: Region): boolean {
  return Atomics.load(region.shared, TWIN) === 1;
}

/** Whether all pages of [from, to) have been fetched. */
export function isPresent(region: Region, from: number, to: number): boolean {
  if (Atomics.load(region.shared, MISSING) === 0) return true;
  for (let page = firstPage(from); page < endPage(to); page += 1) {
    if (Atomics.load(region.present, page) === 0) return false;
  }
  return true;
}

/** The pages that lie in [from, to), the last one of the value even where it is no whole one, have their bytes. */
export function markPresent(region: Region, from: number, to: number): void {
  const end = to >= region.sizeBytes ? region.present.length : firstPage(to);
  for (let page = endPage(from); page < end; page += 1) {
    if (Atomics.exchange(region.present, page, 1) === 0) Atomics.sub(region.shared, MISSING, 1);
  }
}

/** Runs of whole pages that touch [from, to) and are there (or are not), cut at the value's end. */
export function pageRuns(region: Region, from: number, to: number, there: boolean): (readonly [number, number])[] {
  const runs: (readonly [number, number])[] = [];
  const wanted = there ? 1 : 0;
  let start = -1;
  const end = Math.min(endPage(to), region.present.length);
  for (let page = firstPage(from); page <= end; page += 1) {
    const inside = page < end && Atomics.load(region.present, page) === wanted;
    if (inside && start < 0) start = page;
    if (inside || start < 0) continue;
    runs.push([start * STATE_PAGE_BYTES, Math.min(page * STATE_PAGE_BYTES, region.sizeBytes)]);
    start = -1;
  }
  return runs;
}

function firstPage(offset: number): number {
  return Math.floor(offset / STATE_PAGE_BYTES);
}

function endPage(offset: number): number {
  return Math.ceil(offset / STATE_PAGE_BYTES);
}
