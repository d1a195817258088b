import type { StateRange } from '../core/global-state.ts';
import type { MemoryLayer } from '../layer/layer.ts';
import { differences } from '../state/differences.ts';
import { pageRuns, type Region, STATE_PAGE_BYTES } from '../state/region.ts';
import type { PooledMemory } from './memory-pool.ts';

/**
 * A call's own copy of a region, where memory cannot be shared (portable layer). What the call has changed is told from
 * the bytes that were copied, and goes back when it pushes, pulls or declares; what it never gives back is lost.
 */
export class RegionCopy {
  readonly #layer: MemoryLayer;
  readonly #memory: PooledMemory;
  readonly #address: number;
  readonly #region: Region;
  /** The value's bytes as they were copied, page by page. */
  readonly #base: Uint8Array;
  readonly #loaded: Uint8Array;

  constructor(layer: MemoryLayer, memory: PooledMemory, address: number, region: Region) {
    this.#layer = layer;
    this.#memory = memory;
    this.#address = address;
    this.#region = region;
    this.#base = new Uint8Array(region.sizeBytes);
    this.#loaded = new Uint8Array(region.present.length);
  }

  /** Begins anew: the copies of an earlier call are as old as that call. */
  restart(): void {
    this.#loaded.fill(0);
  }

  /** Copies the pages of [from, to) that have been fetched and not been copied yet. */
  load(from: number, to: number): void {
    for (const [start, end] of pageRuns(this.#region, from, to, true)) {
      for (let at = start; at < end; at += STATE_PAGE_BYTES) {
        const page = at / STATE_PAGE_BYTES;
        if (this.#loaded[page] !== 0) continue;
        this.#loaded[page] = 1;
        const base = this.#base.subarray(at, at + STATE_PAGE_BYTES);
        this.#layer.read(this.#region.storage, at, base);
        this.#here(at, base.length).set(base);
      }
    }
  }

  /** What the call has changed since it was last asked, in copies. */
  takeChanges(): StateRange[] {
    const changes: StateRange[] = [];
    this.#eachLoaded((at, base, here) => {
      differences(here, base, (from, to) => changes.push({ offset: at + from, bytes: here.slice(from, to) }));
      base.set(here);
    });
    return changes;
  }

  /** Takes the value as it is on the host into the copy; what the call has changed meanwhile stays. */
  refresh(): void {
    const fresh = new Uint8Array(STATE_PAGE_BYTES);
    this.#eachLoaded((at, base, here) => {
      const now = fresh.subarray(0, base.length);
      this.#layer.read(this.#region.storage, at, now);
      for (let index = 0; index < now.length; index += 1) {
        if (here[index] === base[index]) here[index] = now[index] ?? 0;
      }
      base.set(now);
    });
  }

  #eachLoaded(visit: (at: number, base: Uint8Array, here: Uint8Array) => void): void {
    for (const [page, loaded] of this.#loaded.entries()) {
      if (loaded === 0) continue;
      const at = page * STATE_PAGE_BYTES;
      const base = this.#base.subarray(at, at + STATE_PAGE_BYTES);
      visit(at, base, this.#here(at, base.length));
    }
  }

  #here(offset: number, length: number): Uint8Array {
    return this.#memory.bytes.subarray(this.#address + offset, this.#address + offset + length);
  }
}
