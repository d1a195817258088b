import type { ErrorCode } from '../core/errors.ts';
import type { Grants } from '../core/function-document.ts';
import type { Limits } from '../core/limits.ts';
import type { FileAnswer, FileRequest } from '../core/shared-file.ts';
import type { FunctionType, ValueType } from '../module/artifact.ts';
import type { GuestMemory } from './guest-memory.ts';
import type { TemplateDirectory } from './wasi/template.ts';

/** Where a call's output goes. Both methods copy, and end the call with `OUTPUT_LIMIT` past the limit. */
export interface OutputSink {
  /** Appends `bytes`. */
  write(bytes: Uint8Array): void;
  /** Replaces everything written so far (Faasm's write_output). */
  replace(bytes: Uint8Array): void;
}

/** The call's log. Copies, and ends the call with `LOG_LIMIT` past the limit. */
export interface LogSink {
  write(bytes: Uint8Array): void;
  /** One of the few lines of the host's own about what it refuses; there is room whatever the guest has written. */
  writeLast(bytes: Uint8Array): void;
}

/** At once where the host knows the answer, else a promise that suspends the guest. */
export type MaybePromise<T> = T | Promise<T>;

/** Bytes [offset, offset + length) of a value of at least `totalBytes`; 0 means of the size that it has. */
export interface StateSpan {
  readonly totalBytes: number;
  readonly offset: number;
  readonly length: number;
}

/** Locks of a key: between the calls of this host, or between hosts. */
export type StateLock = 'read' | 'write' | 'global';

/** State of the call's user, as the host interface needs it (docs/state.md). Addresses are byte addresses, checked. */
export interface StateAccess {
  /** Size of the value in bytes, 0 when there is none. */
  size(key: string): MaybePromise<number>;
  /** Maps the value into the Faaslet and answers the address of the span's first byte; without a span, of all of it. */
  pointer(key: string, totalBytes: number, span?: StateSpan): MaybePromise<number>;
  /** Copies up to `length` bytes of the value to `address`; answers how many. */
  read(key: string, address: number, length: number): MaybePromise<number>;
  /** Copies a span to `address`. */
  readSpan(key: string, span: StateSpan, address: number): MaybePromise<void>;
  /** Writes the whole value on this host, which counts as declared. */
  write(key: string, address: number, length: number): MaybePromise<void>;
  /** Writes a span on this host, which counts as declared. */
  writeSpan(key: string, span: StateSpan, address: number): MaybePromise<void>;
  /** Sets the value on this host and in the global tier; answers its size. `bytes` belongs to the state from here. */
  set(key: string, bytes: Uint8Array): MaybePromise<number>;
  /** Declares what was changed through pointers: a span, or all of it. An empty span says that all will be declared. */
  declare(key: string, span?: StateSpan): MaybePromise<void>;
  /** Sends what has changed to the global tier; `pulls`: and brings the value up to date. */
  push(key: string, pulls?: boolean): MaybePromise<void>;
  /** Sends the bytes that the value `mask` marks, and brings the value up to date. */
  pushMasked(key: string, mask: string): MaybePromise<void>;
  /** Brings the value up to what the global tier has. */
  pull(key: string, length: number): MaybePromise<void>;
  /** Appends a record in the global tier. */
  append(key: string, address: number, length: number): MaybePromise<void>;
  /** Copies the first `count` records, one after the other, to `address`, where `length` bytes are free. */
  readAppended(key: string, address: number, length: number, count: number): MaybePromise<void>;
  clearAppended(key: string): MaybePromise<void>;
  /** Adds in the global tier and here; answers what the integer is then. */
  add(key: string, offset: number, delta: bigint, width: 4 | 8): MaybePromise<bigint>;
  /** Replaces bytes in the global tier and here if they are as expected: 1, else 0. */
  compareAndSet(key: string, offset: number, expected: Uint8Array, replacement: Uint8Array): MaybePromise<number>;
  lock(key: string, lock: StateLock): MaybePromise<void>;
  unlock(key: string, lock: StateLock): MaybePromise<void>;
}

/** Shared files of the call's user (`faasm://path`), as the host interface needs them. */
export interface SharedFileAccess {
  /**
   * Asks the host, and suspends the guest. `work` makes the result of the host call when the answer has come; it may ask
   * again, and then returns what that returns. Contents in an answer are the call's until {@link release} or its end.
   */
  ask<T>(request: FileRequest, work: (answer: FileAnswer) => MaybePromise<T>): Promise<T>;
  /**
   * Counts the bytes of contents that the host is about to copy for a request, before it is made: until its answer is
   * there, whether or not the call lives so long. False, and nothing counted, when there is no memory left for them.
   */
  reserve(bytes: number): boolean;
  /** Gives back a hold on contents; nothing may read them any more. */
  release(hold: number): void;
  /** Names who says what is still to be written when the program has ended by itself. */
  atEnd(collect: () => readonly FileRequest[]): void;
}

/** What a host function sees of the call it serves. One per call; never kept beyond it. */
export interface HostContext {
  readonly user: string;
  readonly function: string;
  readonly limits: Limits;
  /** Owned by the call; host functions copy out of it. */
  readonly input: Uint8Array;
  /** argv, argv[0] included. */
  readonly args: readonly string[];
  /** `NAME=value` pairs. */
  readonly environment: readonly string[];
  readonly memory: GuestMemory;
  readonly output: OutputSink;
  readonly log: LogSink;
  readonly state: StateAccess;
  readonly files: SharedFileAccess;
  /** The file tree that the call starts from. */
  readonly root: TemplateDirectory;
  readonly grants: Required<Grants>;
  /** Standard output is the call's output, unless the module writes output through `__faasm_write_output`. */
  readonly stdoutIsOutput: boolean;
  /** Per-call data of an import group, made at its first use by `make`; released with the call. */
  slot<T>(key: symbol, make: () => T): T;
  /** Grows the heap as memory.grow does: the size before in pages, or -1 when a limit or the host refuses. */
  grow(pages: number): number;
  /** CPU time of the call in ns; the time since it began where the layer cannot measure it. */
  cpuTimeNs(): bigint;
  /** Ends the call as its program asked, with an exit code. */
  exit(code: number): never;
  /** Ends the call with an error. The guest cannot catch it. */
  fail(code: ErrorCode, message: string): never;
  /**
   * Counts bytes that the host keeps for the call, such as its files; negative ones are not kept any more. False, and
   * nothing counted, when the host or the user's share of it has no memory left for them.
   */
  keep(bytes: number): boolean;
  /** Long host work calls this at least every 5 ms: it ends the call if the watchdog has asked for it. */
  poll(): void;
  /**
   * Answers `value` after `ms` milliseconds (fractions allowed, at most 2^31 - 1). An import that waits returns this
   * promise as it is, with everything the guest shall see already in its memory: no host code runs at the wake-up.
   */
  sleep<T>(ms: number, value: T): Promise<T>;
}

/** Argument or result of a host function: i64 is a bigint, everything else a number. Pointers come signed: use `>>> 0`. */
// biome-ignore lint/suspicious/noExplicitAny: the wasm signature, checked at upload, types the arguments
export type HostArgument = any;

// biome-ignore lint/suspicious/noConfusingVoidType: with undefined, functions that return nothing would not fit
type HostResult = number | bigint | void;

/** One function of the host interface. */
export interface HostFunction {
  readonly name: string;
  readonly params: readonly ValueType[];
  /** The result, if any. A 2020 module may declare none and ignores what is returned. */
  readonly result?: ValueType;
  /** True where a void declaration of the same function is accepted too. */
  readonly resultOptional?: boolean;
  /** Other signatures under which modules import the same function; `call` gets the arguments of the one imported. */
  readonly alternatives?: readonly FunctionType[];
  /**
   * It may answer a promise, and its caller is suspended meanwhile. No host code may run after an `await` inside it.
   * `with-files`: only in modules that open files; in all others it has nothing to wait for, and calls of them are faster.
   */
  readonly waits?: boolean | 'with-files';
  /** Without a result it returns nothing, or a promise of nothing. */
  readonly call: (context: HostContext, ...args: HostArgument[]) => HostResult | Promise<HostResult>;
}

/** Functions that modules import under one module name. */
export interface ImportGroup {
  readonly module: string;
  readonly functions: readonly HostFunction[];
}
