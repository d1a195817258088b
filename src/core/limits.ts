/** What one call of a function may use. Every limit here is enforced; sizes in bytes, times in ms. */
export interface Limits {
  /** Heap of the function (linear memory, mapped regions not counted). */
  readonly memoryBytes: number;
  /** Wall-clock time of the call: running or suspended, not waiting for a thread. */
  readonly timeoutMs: number;
  /** CPU time of the call's runs. Only the native layer can measure it. */
  readonly cpuMs: number;
  readonly outputBytes: number;
  readonly logBytes: number;
  /** Bytes in the call's private files. */
  readonly fileBytes: number;
  /** Open files of the call, standard streams and preopens included. */
  readonly openFiles: number;
  /** State regions mapped at the same time. */
  readonly mappings: number;
  /** Calls of the function under way on a host, waiting ones included. */
  readonly concurrency: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: Limits = {
  memoryBytes: 128 * MIB,
  timeoutMs: 60_000,
  cpuMs: 60_000,
  outputBytes: 16 * MIB,
  logBytes: MIB,
  fileBytes: 64 * MIB,
  openFiles: 256,
  mappings: 64,
  concurrency: 100_000,
};

/** Bytes of a WebAssembly page. */
export const PAGE_BYTES = 65_536;

/** Whole pages that hold `bytes`. */
export function pagesFor(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES);
}
