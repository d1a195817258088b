// The part of the WebAssembly JavaScript API that the runtime uses, JavaScript Promise Integration included.
// TypeScript ships these types only with its DOM library, which would let browser globals into server code.
declare namespace WebAssembly {
  type ImportValue = Function | Memory | Global | Table | Suspending;
  type Imports = Record<string, Record<string, ImportValue>>;
  type ExportValue = Function | Memory | Global | Table;

  class Module {
    constructor(bytes: Uint8Array);
    static exports(module: Module): { name: string; kind: string }[];
    static imports(module: Module): { module: string; name: string; kind: string }[];
  }
  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Record<string, ExportValue>;
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Global {
    constructor(descriptor: { value: string; mutable?: boolean }, value?: unknown);
    // biome-ignore lint/suspicious/noExplicitAny: number, bigint or reference by the global's type
    value: any;
  }
  class Table {
    constructor(descriptor: { element: string; initial: number; maximum?: number });
    readonly length: number;
    // biome-ignore lint/suspicious/noExplicitAny: function or extern reference by the table's type
    get(index: number): any;
    set(index: number, value: unknown): void;
  }
  class RuntimeError extends Error {}
  class Exception {}
  /** Wraps a host function whose promise suspends its wasm caller. */
  class Suspending {
    // biome-ignore lint/suspicious/noExplicitAny: any wasm signature
    constructor(call: (...args: any[]) => unknown);
  }
  /** Wraps an exported function so that it answers a promise and its callees may suspend. */
  // biome-ignore lint/suspicious/noExplicitAny: any wasm signature
  function promising(exported: Function): (...args: any[]) => Promise<any>;
  function compile(bytes: Uint8Array): Promise<Module>;
  function validate(bytes: Uint8Array): boolean;
}
