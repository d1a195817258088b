import type { LayerName } from '../core/call.ts';
import type { TurnEnd } from '../core/turn-end.ts';

/**
 * Where a region or a memory image is kept, in a form that can be posted to other threads of the process: a range of
 * an anonymous file (native layer) or a shared buffer (portable layer).
 */
export type Storage =
  | { readonly fd: number; readonly offset: number; readonly sizeBytes: number }
  | { readonly buffer: SharedArrayBuffer; readonly sizeBytes: number };

/** What a guard watches: one run of guest code on behalf of one call. */
export interface Turn {
  readonly call: number;
  /** What is left of the call's limits, in ms. */
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Starts or resumes the guest. Runs inside the guard; the microtasks it queues do too. */
  enter(): void;
  /** Called once the guest has returned, is suspended or was ended. Outside the guard. */
  left(end: TurnEnd, wallMs: number, cpuMs: number): void;
}

/** Runs guest code under a watchdog, one turn at a time. One per thread. */
export interface Guard {
  /** flags[0]: 1 while a host call runs. flags[1]: not 0 when the turn must end; host calls look at it and trap. */
  readonly flags: Int32Array;
  /**
   * Runs a turn, then `left`: the native guard before it returns, the portable one in a later macrotask. Enter it from
   * a macrotask only (a microtask cannot run other microtasks, so the guest would run unguarded).
   */
  run(turn: Turn, left: Turn['left']): void;
  /** CPU time in ms that the current turn has used, NaN where it cannot be measured. */
  turnCpuMs(): number;
}

/** How Faaslets' memory is made, restored and shared: the difference between the native and the portable layer. */
export interface MemoryLayer {
  readonly name: LayerName;
  readonly abilities: {
    /** Runaway guests are ended alone; otherwise the whole thread ends with them. */
    readonly preciseKill: boolean;
    /** Regions are the same bytes in every Faaslet; otherwise copies, made when mapped and written back when pushed. */
    readonly sharedRegions: boolean;
    readonly copyOnWrite: boolean;
    readonly cpuTime: boolean;
  };
  /** Opens this thread's guard; once per thread. */
  openGuard(): Guard;
  /** Ends the turn of `call` if one is running on any thread; false when none is, or the layer cannot. */
  cancel(call: number): boolean;
  /** Has the process give back to the system what it has freed, if the layer can; does not block. */
  trim(): void;

  /** New zeroed storage of at least `sizeBytes`. Throws `HOST_OVERLOADED`. */
  allocate(sizeBytes: number): Storage;
  /** Gives storage back; mappings of it stay valid. */
  release(storage: Storage): void;
  /** Makes all of storage read as zeros. */
  zero(storage: Storage): void;
  /** Copies bytes out of storage into `target`, from `offset` on; may block for the copy. */
  read(storage: Storage, offset: number, target: Uint8Array): void;
  /** Copies `source` into storage at `offset`; may block for the copy. */
  write(storage: Storage, offset: number, source: Uint8Array): void;
  /**
   * Puts `theirs` at `offset`, but for bytes that differ from `base`, where it is given; both are of one length. Aligned words
   * of eight bytes change at once: what guests store meanwhile comes before or after, and is told from `base` all the same.
   * Throws `HOST_OVERLOADED`, with nothing done.
   */
  merge(storage: Storage, offset: number, theirs: Uint8Array, base?: Uint8Array): void;
  /**
   * Whether storage holds these bytes at `offset`, at the speed of memory. True is certain; false may be said of any. Where
   * nothing has been written yet, looking takes memory.
   */
  matches(storage: Storage, offset: number, bytes: Uint8Array): boolean;
  /** Whether two arrays hold the same bytes, at the speed of memory. */
  equal(a: Uint8Array, b: Uint8Array): boolean;

  /** Puts storage at byte `address` of `memory`: shared if the layer can, else a copy. Throws `HOST_OVERLOADED`. */
  mapRegion(memory: ArrayBuffer, address: number, storage: Storage): void;
  /** Zero pages at [address, address + length), whatever was there. */
  mapZero(memory: ArrayBuffer, address: number, length: number): void;
  /** Puts a private copy of storage at the start of `memory`, lazily if the layer can. */
  mapImage(memory: ArrayBuffer, storage: Storage): void;
  /** The bytes of an image, for {@link restoreImage}; read-only and owned by the layer. Undefined where it is no use. */
  viewImage(storage: Storage): ArrayBuffer | undefined;
  /**
   * Undoes what was written to a mapped image, by copying back the pages that differ from it in kind: cheaper than
   * {@link discard} for the next call, which finds its pages in place. False, and nothing done, where the system cannot
   * tell which pages they are or they are many; discard does it then.
   */
  restoreImage(memory: ArrayBuffer, view: ArrayBuffer): boolean;
  /**
   * Drops what was written to [address, address + length) since it was mapped: zero pages are zero again, and with
   * copy-on-write the image is the image again. Page-aligned.
   */
  discard(memory: ArrayBuffer, address: number, length: number): void;
}

/** Bytes of an operating system page, the unit of mappings. */
export const OS_PAGE_BYTES = 4096;
