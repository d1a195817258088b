import { type ErrorCode, FaasmError } from '../../src/core/errors.ts';
import { DEFAULT_LIMITS, type Limits, PAGE_BYTES } from '../../src/core/limits.ts';
import type { HostContext, SharedFileAccess, StateAccess } from '../../src/host/context.ts';
import { findHostFunction } from '../../src/host/groups.ts';
import { GuestMemory } from '../../src/host/guest-memory.ts';
import { RUNTIME_TREE } from '../../src/host/wasi/template.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const WASI = 'wasi_snapshot_preview1';

/** How a fake call ended, thrown by `exit`. */
export class FakeExit {
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}

/** What a test may choose about a call. */
export interface FakeOptions {
  readonly input?: string | Uint8Array;
  readonly args?: readonly string[];
  readonly environment?: readonly string[];
  readonly stdoutIsOutput?: boolean;
  readonly limits?: Partial<Limits>;
  readonly pages?: number;
  readonly state?: StateAccess;
  readonly stateGrant?: 'none' | 'read' | 'write';
  readonly files?: SharedFileAccess;
  readonly filesGrant?: 'none' | 'read' | 'write';
  /** What the host has to keep for the call at most. */
  readonly keepBytes?: number;
}

/** A host context without a guest: tests play the guest, with a bump allocator over a real memory. */
export class FakeHost {
  readonly memory: GuestMemory;
  readonly context: HostContext;
  /** What import groups keep for the call. */
  readonly slots = new Map<symbol, unknown>();
  /** Everything written to the output and the log. */
  output = new Uint8Array();
  log = new Uint8Array();
  /** Calls of `poll`, and milliseconds asked of `sleep`. */
  polls = 0;
  readonly sleeps: number[] = [];
  /** What the host keeps for the call, in bytes. */
  kept = 0;
  #next = 64;
  #heapPages: number;

  constructor(options: FakeOptions = {}) {
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    const input = options.input ?? '';
    this.#heapPages = options.pages ?? 4;
    this.memory = new GuestMemory(new WebAssembly.Memory({ initial: this.#heapPages }));
    const append = (old: Uint8Array, bytes: Uint8Array, limit: number, code: ErrorCode): Uint8Array<ArrayBuffer> => {
      if (old.length + bytes.length > limit) throw new FaasmError(code, 'limit');
      return new Uint8Array([...old, ...bytes]);
    };
    this.context = {
      user: 'demo',
      function: 'fake',
      limits,
      input: typeof input === 'string' ? encoder.encode(input) : input,
      args: options.args ?? ['fake'],
      environment: options.environment ?? [],
      memory: this.memory,
      output: {
        write: (bytes) => {
          this.output = append(this.output, bytes, limits.outputBytes, 'OUTPUT_LIMIT');
        },
        replace: (bytes) => {
          this.output = append(new Uint8Array(), bytes, limits.outputBytes, 'OUTPUT_LIMIT');
        },
      },
      log: {
        write: (bytes) => {
          this.log = append(this.log, bytes, limits.logBytes, 'LOG_LIMIT');
        },
        writeLast: (bytes) => {
          this.log = append(this.log, bytes, Number.POSITIVE_INFINITY, 'LOG_LIMIT');
        },
      },
      state: options.state ?? NO_STATE,
      files: options.files ?? NO_FILES,
      root: RUNTIME_TREE,
      grants: { state: options.stateGrant ?? 'write', files: options.filesGrant ?? 'write' },
      stdoutIsOutput: options.stdoutIsOutput ?? true,
      slot: <T>(key: symbol, make: () => T): T => {
        if (!this.slots.has(key)) this.slots.set(key, make());
        return this.slots.get(key) as T;
      },
      grow: (pages) => {
        if (this.#heapPages + pages > Math.min(65_536, limits.memoryBytes / PAGE_BYTES)) return -1;
        const old = this.#heapPages;
        this.#heapPages += pages;
        this.memory.memory.grow(pages);
        this.memory.refresh();
        return old;
      },
      cpuTimeNs: () => 42n,
      exit: (code) => {
        throw new FakeExit(code);
      },
      fail: (code, message) => {
        throw new FaasmError(code, message);
      },
      keep: (bytes) => {
        const fits = this.kept + bytes <= (options.keepBytes ?? Number.POSITIVE_INFINITY);
        if (fits) this.kept += bytes;
        return fits;
      },
      poll: () => {
        this.polls += 1;
      },
      sleep: (ms, value) => {
        this.sleeps.push(ms);
        return Promise.resolve(value);
      },
    };
  }

  /** Calls a function of module `env`. */
  env(name: string, ...args: unknown[]): unknown {
    return this.call('env', name, args);
  }

  /** Calls a WASI function; answers its errno. */
  wasi(name: string, ...args: unknown[]): unknown {
    return this.call(WASI, name, args);
  }

  /** Calls any host function with arguments as wasm passes them: pointers above 2^31 are negative. */
  call(module: string, name: string, args: readonly unknown[]): unknown {
    const found = findHostFunction(module, name);
    if (!found) throw new Error(`no ${module}.${name}`);
    return found.call(this.context, ...args);
  }

  /** Room for `length` bytes, aligned to 8. */
  allocate(length: number): number {
    const address = this.#next;
    this.#next += (length + 7) & ~7;
    return address;
  }

  /** Puts bytes or text into the memory; answers [address, length]. */
  put(content: string | Uint8Array): [number, number] {
    const bytes = typeof content === 'string' ? encoder.encode(content) : content;
    const address = this.allocate(bytes.length);
    this.memory.bytes.set(bytes, address);
    return [address, bytes.length];
  }

  /** Puts an AssemblyScript string into the memory; answers its address. */
  putUtf16(text: string): number {
    const header = this.allocate(8 + text.length * 2);
    this.memory.setU32(header + 4, text.length * 2);
    for (let at = 0; at < text.length; at += 1) {
      this.memory.view.setUint16(header + 8 + at * 2, text.charCodeAt(at), true);
    }
    return header + 8;
  }

  /** Puts an array of iovecs over [address, length] pairs; answers its address. */
  iovecs(...buffers: readonly (readonly [number, number])[]): number {
    const first = this.allocate(buffers.length * 8);
    for (const [index, [address, length]] of buffers.entries()) {
      this.memory.setU32(first + index * 8, address);
      this.memory.setU32(first + index * 8 + 4, length);
    }
    return first;
  }

  /** The text at `address`. */
  text(address: number, length: number): string {
    return decoder.decode(this.memory.slice(address, length));
  }

  get outputText(): string {
    return decoder.decode(this.output);
  }

  get logText(): string {
    return decoder.decode(this.log);
  }
}

const NO_STATE: StateAccess = {
  size: () => 0,
  pointer: () => 0,
  read: () => 0,
  readSpan: () => undefined,
  write: () => undefined,
  writeSpan: () => undefined,
  set: (_key, bytes) => bytes.length,
  declare: () => undefined,
  push: () => undefined,
  pushMasked: () => undefined,
  pull: () => undefined,
  append: () => undefined,
  readAppended: () => undefined,
  clearAppended: () => undefined,
  add: (_key, _offset, delta) => delta,
  compareAndSet: () => 1,
  lock: () => undefined,
  unlock: () => undefined,
};

/** A user without shared files. */
const NO_FILES: SharedFileAccess = {
  ask: async (_, work) => work({ found: { kind: 'missing' } }),
  reserve: () => true,
  release: () => undefined,
  atEnd: () => undefined,
};

/** Errnos that tests compare with. */
export const E = {
  OK: 0,
  BADF: 8,
  EXIST: 20,
  FAULT: 21,
  ILSEQ: 25,
  INVAL: 28,
  ISDIR: 31,
  LOOP: 32,
  MFILE: 33,
  NAMETOOLONG: 37,
  NOENT: 44,
  NOMEM: 48,
  NOSPC: 51,
  NOTDIR: 54,
  NOTEMPTY: 55,
  NOTSOCK: 57,
  NOTSUP: 58,
  PERM: 63,
  SPIPE: 70,
  NOTCAPABLE: 76,
} as const;
