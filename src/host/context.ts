import type { ErrorCode } from '../core/errors.ts';
import type { Grants } from '../core/function-document.ts';
import type { Limits } from '../core/limits.ts';
import type { FileAnswer, FileRequest } from '../core/shared-file.ts';
import type { FunctionType, ValueType } from '../module/artifact.ts';
import type { GuestMemory } from './guest-memory.ts';

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
}

/** At once where the host knows the answer, else a promise that suspends the guest. */
export type MaybePromise<T> = T | Promise<T>;

/** State of the call's user, as the host interface needs it (faasm.md section 3). Addresses are byte addresses. */
export interface StateAccess {
  /** Size of the value in bytes, 0 when there is none. */
  size(key: string): MaybePromise<number>;
  /** Maps the value into the Faaslet and answers its address; 0 as length means the value as it is. */
  pointer(key: string, length: number): MaybePromise<number>;
  /** Copies up to `length` bytes of the value to `address`; answers how many. */
  read(key: string, address: number, length: number): MaybePromise<number>;
  /** Writes the whole value on this host and marks it dirty. */
  write(key: string, address: number, length: number): MaybePromise<void>;
  /** Sends the value to the global tier if it is dirty. */
  push(key: string): MaybePromise<void>;
}

/** Shared files of the call's user (`faasm://path`), as the host interface needs them. */
export interface SharedFileAccess {
  /**
   * Asks the host, and suspends the guest. `work` makes the result of the host call when the answer has come; it may ask
   * again, and then returns what that returns. Contents in an answer are the call's until {@link release} or its end.
   */
  ask<T>(request: FileRequest, work: (answer: FileAnswer) => MaybePromise<T>): Promise<T>;
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
  /** `NAME=value` pairs of the function's settings; programs see {@link environmentOf} of default-environment.ts. */
  readonly environment: readonly string[];
  readonly memory: GuestMemory;
  readonly output: OutputSink;
  readonly log: LogSink;
  readonly state: StateAccess;
  readonly files: SharedFileAccess;
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
  // biome-ignore lint/suspicious/noConfusingVoidType: with undefined, functions that return nothing would not fit
  readonly call: (context: HostContext, ...args: HostArgument[]) => number | bigint | void | Promise<number | void>;
}

/** Functions that modules import under one module name. */
export interface ImportGroup {
  readonly module: string;
  readonly functions: readonly HostFunction[];
}
