import { MAPPINGS } from '../core/budget.ts';
import { FaasmError } from '../core/errors.ts';
import { PAGE_BYTES, pagesFor } from '../core/limits.ts';
import type { Storage } from '../layer/layer.ts';
import { HOST_NAMES } from '../module/artifact.ts';
import type { GuestThread } from './guest-thread.ts';
import type { LoadedFunction } from './loaded-function.ts';
import type { PooledMemory } from './memory-pool.ts';
import { COPY_MAX_BYTES, type ProtoFunction } from './proto-function.ts';
import { RegionMap } from './region-map.ts';

/** Grown heaps up to this size are cleared by writing zeros, which is cheaper than new page faults in the next call. */
const CLEAR_MAX_BYTES = 1024 * 1024;
/** Memories up to this size are cleared byte by byte where pages cannot be discarded (portable layer). */
const CLEARED_MEMORY_MAX_BYTES = 32 * 1024 * 1024;

/** An entry of the instance: direct, or through `promising` when its callees may suspend. */
export type GuestFunction = (...args: number[]) => unknown;

/**
 * One isolated instance of a function: an instance of its module on a memory of the pool. It serves one call at a time
 * and is reset between calls; after a reset its memory, size, globals and tables equal those of a fresh one.
 */
export class Faaslet {
  readonly fn: LoadedFunction;
  readonly memory: PooledMemory;
  readonly regions: RegionMap;
  /** Who refused the last growth of the heap. */
  refusedBy: 'function' | 'user' | 'host' = 'function';
  /** Largest heap since the last reset, in pages. */
  get pages(): number {
    return this.#size === undefined ? this.fn.artifact.memory.initialPages : (this.#size.value as number);
  }

  /** Pages of the host's budget that it holds. */
  get heldPages(): number {
    return this.#reservedPages;
  }

  /** First byte behind what may be heap: the rest of the memory, if any, holds regions. */
  get heapEnd(): number {
    return Math.min(this.memory.bytes.length, this.#limitPages() * PAGE_BYTES);
  }

  readonly #thread: GuestThread;
  readonly #exports: WebAssembly.Instance['exports'];
  readonly #globals: WebAssembly.Global[];
  readonly #size: WebAssembly.Global | undefined;
  readonly #granted: WebAssembly.Global | undefined;
  readonly #entries = new Map<string, GuestFunction>();
  /** Pages of the host's budget that this Faaslet holds. */
  #reservedPages: number;
  /** Whether the user of the call under way is charged for them, and for the memory. */
  #charged = false;
  #imageMapped = false;

  /**
   * Makes an instance on a clean `memory`, which the Faaslet owns from here. No guest code runs: the start function is
   * an export. The caller has reserved `reservedPages` of the budget. Throws what V8 throws, e.g. for a table that
   * does not fit its elements.
   */
  constructor(thread: GuestThread, fn: LoadedFunction, memory: PooledMemory, grow: unknown, reservedPages: number) {
    this.fn = fn;
    this.memory = memory;
    this.#thread = thread;
    this.#reservedPages = reservedPages;
    const imports = { ...fn.linkage.imports, [HOST_NAMES.module]: { [HOST_NAMES.memory]: memory.memory } };
    this.#exports = new WebAssembly.Instance(fn.module, imports).exports;
    const { artifact } = fn;
    this.#globals = artifact.globals.map((index) => this.#exports[HOST_NAMES.global + index] as WebAssembly.Global);
    if (artifact.memory.sized) {
      this.#size = this.#exports[HOST_NAMES.size] as WebAssembly.Global;
      this.#granted = this.#exports[HOST_NAMES.granted] as WebAssembly.Global;
    }
    if (artifact.memory.grows) (this.#exports[HOST_NAMES.hostTable] as WebAssembly.Table).set(0, grow);
    this.regions = new RegionMap(thread, memory, this.#limitPages());
  }

  /** The exported function `name`, ready to be called inside the guard. */
  entry(name: string): GuestFunction {
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    const exported = this.#exports[name] as GuestFunction;
    const entry = this.fn.linkage.waits ? (WebAssembly.promising(exported) as GuestFunction) : exported;
    this.#entries.set(name, entry);
    return entry;
  }

  /** The instance's exports, for the audit's digest. */
  exported(name: string): WebAssembly.ExportValue | undefined {
    return this.#exports[name];
  }

  /** memory.grow by `delta` pages: the old size, or -1 when a limit or the host refuses. */
  grow(delta: number): number {
    const size = this.pages;
    const wanted = size + delta;
    this.refusedBy = 'function';
    if (this.#size === undefined || this.#granted === undefined || wanted > this.#limitPages()) return -1;
    if (wanted <= (this.#granted.value as number)) {
      this.#size.value = wanted;
      return size;
    }
    // Grants double, so that a heap that grows page by page rarely asks.
    const granted = Math.min(this.#limitPages(), Math.max(wanted, this.#reservedPages * 2));
    if (!this.#reserve(granted) && !this.#reserve(wanted)) return -1;
    if (!this.memory.ensurePages(this.#reservedPages)) {
      this.refusedBy = 'host';
      return -1;
    }
    this.#granted.value = this.#reservedPages;
    this.#size.value = wanted;
    this.fn.typicalPages = Math.max(this.fn.typicalPages, this.#reservedPages);
    return size;
  }

  /** Charges the function's user, for the call that begins; false, and nothing charged, where it has no more. */
  beginCall(): boolean {
    const { tenant } = this.fn;
    if (!tenant.reserve('memories', 1)) return false;
    this.#charged = tenant.reserve('memoryPages', this.#reservedPages);
    if (!this.#charged) tenant.release('memories', 1);
    return this.#charged;
  }

  /** Writes the module's initial memory; the memory is clean. */
  loadInitialMemory(): void {
    for (const { offset, bytes } of this.fn.artifact.image) this.memory.bytes.set(bytes, offset);
  }

  /** Captures the Faaslet as it is now: call it after initialisation, before anything of a call. */
  snapshot(digest: string | undefined): ProtoFunction {
    const { pages } = this;
    const used = this.memory.bytes.subarray(0, pages * PAGE_BYTES);
    return {
      pages,
      globals: this.#globals.map((global) => global.value as number | bigint),
      image: used.length <= COPY_MAX_BYTES ? { bytes: used.slice() } : { storage: this.#store(used) },
      regions: this.regions.active.map(({ key, address, region }) => ({ key, address, sizeBytes: region.sizeBytes })),
      ...(digest === undefined ? {} : { digest }),
    };
  }

  /** Makes a new Faaslet on a clean memory equal to the proto-function. Throws `HOST_OVERLOADED`. */
  restore(proto: ProtoFunction): void {
    if (!this.memory.ensurePages(proto.pages)) throw new FaasmError('HOST_OVERLOADED', 'No memory left for the image.');
    if ('bytes' in proto.image) this.memory.bytes.set(proto.image.bytes, 0);
    else this.#loadLargeImage(proto);
    this.#restoreGlobals(proto);
  }

  /** After a call, however it ended: everything as the proto-function has it. */
  reset(proto: ProtoFunction): void {
    const imageBytes = proto.pages * PAGE_BYTES;
    const { bytes } = this.memory;
    if ('bytes' in proto.image) {
      bytes.set(proto.image.bytes, 0);
      this.#clearFrom(imageBytes);
    } else {
      if (!this.#imageMapped) this.#loadLargeImage(proto);
      else if (!this.#restoreImage()) this.#discard(0, imageBytes);
      this.#clearFrom(imageBytes);
    }
    this.#restoreGlobals(proto);
    this.#endCall();
    this.#thread.budget.release('memoryPages', this.#reservedPages - proto.pages);
    this.#reservedPages = proto.pages;
    this.regions.endCall();
  }

  /** Whether a reset costs no more than its use: without cheap discarding a large memory is better dropped. */
  get worthKeeping(): boolean {
    return this.#thread.layer.abilities.copyOnWrite || this.memory.bytes.length <= CLEARED_MEMORY_MAX_BYTES;
  }

  /** Gives the budget back and leaves the memory to the garbage collector. */
  drop(): void {
    const { budget } = this.#thread;
    this.#endCall();
    budget.release('memoryPages', this.#reservedPages);
    budget.release('memories', 1);
    budget.release('mappings', MAPPINGS.memory + this.regions.forget());
  }

  /** Gives everything back: the memory is clean and belongs to the pool again, the instance must not be used. */
  dispose(): void {
    this.regions.clear();
    const { layer, budget, memories } = this.#thread;
    const { buffer } = this.memory.memory;
    if (this.#imageMapped) {
      layer.mapZero(buffer, 0, buffer.byteLength);
      budget.release('mappings', MAPPINGS.image);
    } else layer.discard(buffer, 0, buffer.byteLength);
    this.#endCall();
    budget.release('memoryPages', this.#reservedPages);
    memories.give(this.memory);
  }

  #limitPages(): number {
    const { artifact, limits } = this.fn;
    return Math.min(artifact.memory.maximumPages, pagesFor(limits.memoryBytes));
  }

  #reserve(pages: number): boolean {
    const more = pages - this.#reservedPages;
    if (more <= 0) return true;
    const { tenant } = this.fn;
    if (!tenant.reserve('memoryPages', more)) {
      this.refusedBy = 'user';
      return false;
    }
    while (!this.#thread.budget.reserve('memoryPages', more)) {
      if (this.#thread.evictIdle()) continue;
      tenant.release('memoryPages', more);
      this.refusedBy = 'host';
      return false;
    }
    this.#reservedPages = pages;
    return true;
  }

  /** The user is not charged any more. */
  #endCall(): void {
    if (!this.#charged) return;
    this.#charged = false;
    this.fn.tenant.release('memoryPages', this.#reservedPages);
    this.fn.tenant.release('memories', 1);
  }

  #clearFrom(start: number): void {
    const { bytes } = this.memory;
    const end = this.pages * PAGE_BYTES;
    const cleared = end > start && end - start <= CLEAR_MAX_BYTES ? end : start;
    if (cleared > start) bytes.fill(0, start, cleared);
    // Also what the guest never asked for: pages that an earlier user of the memory grew are there to be touched.
    this.#discard(cleared, this.heapEnd);
    for (const [from, to] of this.regions.gaps(this.heapEnd)) this.#discard(from, to);
  }

  /** Ranges that nobody touched cost next to nothing; live regions stay out, they would have to be faulted in again. */
  #discard(from: number, to: number): void {
    if (to > from) this.#thread.layer.discard(this.memory.memory.buffer, from, to - from);
  }

  #restoreImage(): boolean {
    const { imageView } = this.fn;
    return imageView !== undefined && this.#thread.layer.restoreImage(this.memory.memory.buffer, imageView);
  }

  #loadLargeImage(proto: ProtoFunction): void {
    if (!('storage' in proto.image)) return;
    const { layer, budget } = this.#thread;
    if (layer.abilities.copyOnWrite) {
      if (!budget.reserve('mappings', MAPPINGS.image)) {
        throw new FaasmError('HOST_OVERLOADED', 'The host has no mappings left for the image; try again later.');
      }
      this.#imageMapped = true;
      this.fn.imageView ??= layer.viewImage(proto.image.storage);
    }
    layer.mapImage(this.memory.memory.buffer, proto.image.storage);
  }

  #restoreGlobals(proto: ProtoFunction): void {
    for (const [index, global] of this.#globals.entries()) global.value = proto.globals[index];
    if (this.#size !== undefined && this.#granted !== undefined) {
      this.#size.value = proto.pages;
      this.#granted.value = proto.pages;
    }
  }

  #store(bytes: Uint8Array): Storage {
    const { layer } = this.#thread;
    const storage = layer.allocate(bytes.length);
    for (let page = 0; page < bytes.length; page += PAGE_BYTES) {
      const chunk = bytes.subarray(page, page + PAGE_BYTES);
      // The file stays sparse: zero pages of a large heap cost nothing.
      if (chunk.some((byte) => byte !== 0)) layer.write(storage, page, chunk);
    }
    return storage;
  }
}
