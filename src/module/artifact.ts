/**
 * What the module pipeline derives from an uploaded binary. Everything here is plain data: it can be kept in a store,
 * keyed by (SHA-256 of the upload, {@link REWRITER_VERSION}), and posted to threads.
 */

/** Raise whenever the rewriter's output changes, so that derived artefacts kept from before are made again. */
export const REWRITER_VERSION = 2;

/** Import module name under which rewritten modules get their memory. Uploads may use no name with this prefix. */
export const HOST_PREFIX = 'faasm:';

/** Names of what the rewriter adds. */
export const HOST_NAMES = {
  /** Import: `faasm:host` `memory`. */
  module: 'faasm:host',
  memory: 'memory',
  /**
   * Export: mutable i32 global, virtual memory size in pages. Present when the module uses memory.size or grow, or
   * imports one of {@link GROWING_IMPORTS}.
   */
  size: 'faasm:size',
  /** Export: mutable i32 global, pages that memory.grow may hand out without asking the host. As above. */
  granted: 'faasm:granted',
  /** Export: one-entry table; entry 0 is the host's (i32 delta pages) -> i32 grow function. Present with memory.grow. */
  hostTable: 'faasm:table',
  /** Export prefix of mutable globals: `faasm:global:<index>`. */
  global: 'faasm:global:',
  /** Export prefix of tables, for tests and digests: `faasm:table:<index>`. */
  table: 'faasm:table:',
  /** Export of the start function. */
  start: 'faasm:start',
} as const;

/** Functions of the host, module `env`, that grow the memory. */
export const GROWING_IMPORTS: ReadonlySet<string> = new Set(['__sbrk', 'mmap']);

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'funcref' | 'externref' | 'other';

export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A function the module imports. */
export interface FunctionImport extends FunctionType {
  readonly module: string;
  readonly name: string;
}

/** How a call enters the module. */
export interface Entry {
  /** Exported function to call. */
  readonly name: string;
  /** `wasi`: `_start`. `main`: 2020 ABI `main(argc, argv) -> i32`. `plain`: no parameters, optional i32 result. */
  readonly kind: 'wasi' | 'main' | 'plain';
  /** Exported functions to run when a proto-function is made, in order, before the zygote: ctors or `_initialize`. */
  readonly initialisers: readonly string[];
  /** `_faasm_zygote`, where exported. */
  readonly zygote?: string;
  /** `__wasm_call_dtors`, where the entry does not run it itself: flushes C stdio after the call. */
  readonly finaliser?: string;
}

/** A piece of the initial memory; everything between pieces is zero. */
export interface ImageChunk {
  /** Byte offset in linear memory. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A module ready to become Faaslets. */
export interface ModuleArtifact {
  /** The rewritten binary. */
  readonly wasm: Uint8Array;
  readonly imports: readonly FunctionImport[];
  readonly entry: Entry;
  readonly memory: {
    /** Pages at the start; 0 when the module declares no memory (it still imports one). */
    readonly initialPages: number;
    /** The module's own maximum, 65,536 when it declares none. */
    readonly maximumPages: number;
    /** Whether the exports `faasm:size` and `faasm:granted` exist. */
    readonly sized: boolean;
    /** Whether the export `faasm:table` exists. */
    readonly grows: boolean;
  };
  /** Initial memory, sorted by offset, pieces not overlapping. */
  readonly image: readonly ImageChunk[];
  /** Indices of mutable numeric globals, exported as `faasm:global:<index>`. */
  readonly globals: readonly number[];
  /** Number of the module's own tables, exported as `faasm:table:<index>`. */
  readonly tables: number;
  /** Whether `faasm:start` exists. */
  readonly start: boolean;
  /** Empty: reset in place is provably equal to a fresh instance. Else: why it is not. */
  readonly unprovable: readonly string[];
}

/** What the host offers to modules: the signatures it accepts for an import, or undefined where it has none. */
export type ImportCatalogue = (module: string, name: string) => readonly FunctionType[] | undefined;
