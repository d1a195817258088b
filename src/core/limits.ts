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

/** What a function's document may ask for at most, unless the host says otherwise. */
export const DEFAULT_CEILINGS: Limits = {
  memoryBytes: 4096 * MIB,
  timeoutMs: 86_400_000,
  cpuMs: 86_400_000,
  outputBytes: 1024 * MIB,
  logBytes: 64 * MIB,
  fileBytes: 1024 * MIB,
  openFiles: 65_536,
  mappings: 10_000,
  concurrency: 1_000_000,
};

/** The setting that names each ceiling. */
export const CEILING_SETTINGS: Readonly<Record<keyof Limits, string>> = {
  memoryBytes: 'FAASM_MAX_FUNCTION_MEMORY_BYTES',
  timeoutMs: 'FAASM_MAX_FUNCTION_TIMEOUT_MS',
  cpuMs: 'FAASM_MAX_FUNCTION_CPU_MS',
  outputBytes: 'FAASM_MAX_FUNCTION_OUTPUT_BYTES',
  logBytes: 'FAASM_MAX_FUNCTION_LOG_BYTES',
  fileBytes: 'FAASM_MAX_FUNCTION_FILE_BYTES',
  openFiles: 'FAASM_MAX_FUNCTION_OPEN_FILES',
  mappings: 'FAASM_MAX_FUNCTION_MAPPINGS',
  concurrency: 'FAASM_MAX_FUNCTION_CONCURRENCY',
};

/** What all functions of one user may have of a host together. */
export interface UserLimits {
  /** Calls under way, waiting ones included. */
  readonly concurrency: number;
  /** Memory of the calls under way: heaps, and what they keep as output, log, files and names. 0: see USER_SHARE. */
  readonly memoryBytes: number;
  /** Functions that are stored. */
  readonly functions: number;
  /** Shared files that are stored, and bytes of all of them. */
  readonly files: number;
  readonly fileBytes: number;
}

export const DEFAULT_USER_LIMITS: UserLimits = {
  concurrency: 100_000,
  memoryBytes: 0,
  functions: 10_000,
  files: 100_000,
  fileBytes: 64 * 1024 * MIB,
};

/** What one user may have of what is for all, or of what others leave of it, where nothing else is set. */
export const USER_SHARE = 0.75;

/** Bytes of a WebAssembly page. */
export const PAGE_BYTES = 65_536;

/** Whole pages that hold `bytes`. */
export function pagesFor(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES);
}

/** `limits`, each no more than its ceiling. */
export function capped(limits: Limits, ceilings: Limits): Limits {
  const names = Object.keys(limits) as (keyof Limits)[];
  return Object.fromEntries(names.map((name) => [name, Math.min(limits[name], ceilings[name])])) as unknown as Limits;
}
