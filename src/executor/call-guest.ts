import type { Budget } from '../core/budget.ts';
import type { ErrorCode, ErrorRecord } from '../core/errors.ts';
import type { Grants } from '../core/function-document.ts';
import { type Limits, PAGE_BYTES } from '../core/limits.ts';
import type { Faaslet } from '../faaslet/faaslet.ts';
import { type GuestThread, killRequested } from '../faaslet/guest-thread.ts';
import type { LoadedFunction } from '../faaslet/loaded-function.ts';
import type { HostContext, LogSink, MaybePromise, OutputSink } from '../host/context.ts';
import type { GuestMemory } from '../host/guest-memory.ts';
import { fileUse } from '../host/wasi/session.ts';
import type { TemplateDirectory } from '../host/wasi/template.ts';
import { splitArguments } from './arguments.ts';
import { ChunkSink } from './chunk-sink.ts';
import { GuestFiles } from './guest-files.ts';
import { type GuestState, guestState } from './guest-state.ts';
import { KeptBytes } from './kept-bytes.ts';
import type { CallOrder, CallReport } from './protocol.ts';
import type { Suspension } from './suspension.ts';
import type { ThreadFiles } from './thread-files.ts';
import type { ThreadState } from './thread-state.ts';

/** Output is posted while the call runs once this much has gathered. */
const STREAM_BYTES = 256 * 1024;
/** memory.grow may fail this often before the call is taken to be a runaway that asks for ever. */
const REFUSALS_MAX = 10_000;
const NO_INPUT = new Uint8Array(0);

/** Output and log that have not been posted, and what files came to. */
type Rest = Pick<CallReport, 'log' | 'peakFileBytes' | 'peakOpenFiles'> & { readonly output: Uint8Array[] };

/** What a call's guest needs of the activation that runs it. */
export interface GuestHost {
  readonly thread: GuestThread;
  readonly state: ThreadState;
  readonly files: ThreadFiles;
  readonly root: TemplateDirectory;
  readonly suspension: Suspension;
  /** Posts output while the call runs. */
  stream(chunks: Uint8Array[]): void;
  /** CPU time of the call's turns before the current one. */
  readonly clock: { readonly cpuMs: number };
}

/** What the guest of one call sees of the host, and how it asked to end. */
export class CallGuest implements HostContext {
  readonly id: number;
  readonly user: string;
  readonly function: string;
  readonly limits: Limits;
  readonly environment: readonly string[];
  readonly grants: Required<Grants>;
  readonly output: OutputSink = { write: (bytes) => this.#write(bytes), replace: (bytes) => this.#replace(bytes) };
  readonly log: LogSink = {
    write: (bytes) => this.#writeLog(bytes),
    writeLast: (bytes) => this.#log.write(bytes),
  };
  readonly state: GuestState;
  readonly files: GuestFiles;
  readonly root: TemplateDirectory;
  readonly stdoutIsOutput: boolean;

  /** While the proto-function is being made: nothing of the call may be seen, it would be frozen into everybody's. */
  initialising = false;
  /** The program's own exit. */
  exitCode: number | undefined;
  /** Why the call has to end. */
  error: ErrorRecord | undefined;
  /** How often memory.grow was refused. */
  refusals = 0;

  readonly #host: GuestHost;
  readonly #order: CallOrder;
  readonly #output = new ChunkSink();
  readonly #log = new ChunkSink();
  readonly #tenant: Budget;
  readonly #kept: KeptBytes;
  readonly #slots = new Map<symbol, unknown>();
  readonly #beganAt = performance.now();
  #faaslet: Faaslet | undefined;

  constructor(host: GuestHost, fn: LoadedFunction, order: CallOrder) {
    this.id = order.id;
    this.user = fn.user;
    this.function = fn.function;
    this.limits = { ...fn.limits, timeoutMs: order.timeoutMs, cpuMs: order.cpuMs };
    this.environment = fn.environment;
    this.grants = fn.grants;
    this.stdoutIsOutput = !fn.writesOutput;
    this.#host = host;
    this.#order = order;
    this.#tenant = fn.tenant;
    this.#kept = this.keptBeyond();
    this.state = guestState(this, host.state, host.thread.layer);
    this.files = new GuestFiles(this, host.files);
    this.root = host.root;
  }

  get input(): Uint8Array {
    return this.initialising ? NO_INPUT : this.#order.input;
  }

  get args(): readonly string[] {
    return ['function.wasm', ...(this.initialising ? [] : splitArguments(this.#order.cmdline))];
  }

  get memory(): GuestMemory {
    return this.faaslet.memory;
  }

  get faaslet(): Faaslet {
    if (this.#faaslet === undefined) throw new Error(`a guest of ${this.user}/${this.function} has no Faaslet`);
    return this.#faaslet;
  }

  set faaslet(faaslet: Faaslet) {
    this.#faaslet = faaslet;
  }

  slot<T>(key: symbol, make: () => T): T {
    if (!this.#slots.has(key)) this.#slots.set(key, make());
    return this.#slots.get(key) as T;
  }

  cpuTimeNs(): bigint {
    const ms = this.#host.clock.cpuMs + this.#host.thread.guard.turnCpuMs();
    // Programs spin until their CPU time has passed: where it is not known, time has to pass all the same.
    return BigInt(Math.round((Number.isNaN(ms) ? performance.now() - this.#beganAt : ms) * 1e6));
  }

  sleep<T>(ms: number, value: T): Promise<T> {
    return this.#host.suspension.sleep(ms, value);
  }

  suspend<T>(start: (resume: (work: () => MaybePromise<T>) => void) => void, abandon?: () => void): Promise<T> {
    return this.#host.suspension.begin(start, abandon);
  }

  exit(code: number): never {
    this.exitCode = code;
    throw this.#host.thread.trap;
  }

  fail(code: ErrorCode, message: string): never {
    this.error ??= { code, message };
    throw this.#host.thread.trap;
  }

  keep(bytes: number): boolean {
    return this.#kept.add(bytes);
  }

  keptBeyond(): KeptBytes {
    return new KeptBytes(this.#tenant, this.#host.thread.budget);
  }

  poll(): void {
    if (killRequested(this.#host.thread)) throw this.#host.thread.trap;
  }

  grow(pages: number): number {
    const old = this.faaslet.grow(pages);
    if (old < 0) {
      this.refusals += 1;
      if (this.refusals > REFUSALS_MAX) this.fail('MEMORY_LIMIT', this.memoryMessage());
    }
    return old;
  }

  /** What is to be said of refused memory. */
  memoryMessage(): string {
    const { pages, refusedBy, fn } = this.faaslet;
    const why = {
      function: `limit ${this.limits.memoryBytes} bytes`,
      user: `all calls of user ${this.user} together may have ${fn.tenant.limit('memoryPages') * PAGE_BYTES} bytes`,
      host: 'the host has no more',
    }[refusedBy];
    return `memory.grow was refused ${this.refusals} times at ${pages * PAGE_BYTES} bytes (${why}).`;
  }

  /** Initialisation is over: its files, descriptors and output are nobody's. Its log is the first call's. */
  initialised(): void {
    this.#slots.clear();
    this.files.clear();
    this.#output.clear();
    this.#kept.clear();
    this.#kept.add(this.#log.totalBytes);
    this.initialising = false;
  }

  /** Posts what has gathered, where output may be posted before the end. */
  streamPending(): void {
    if (this.initialising) return; // what it has written so far is nobody's
    if (this.#output.pendingBytes > 0 && this.stdoutIsOutput) this.#host.stream(this.#output.take());
  }

  /** The call is over. What its report says of what it leaves and has used; nothing is left here. */
  takeRest(): Rest {
    const { peakBytes, peakOpen } = fileUse(this.#slots);
    this.#slots.clear();
    this.files.clear();
    this.#kept.clear();
    return {
      output: this.#output.take(),
      log: joined(this.#log.take()),
      peakFileBytes: peakBytes,
      peakOpenFiles: peakOpen,
    };
  }

  #write(bytes: Uint8Array): void {
    if (this.#output.totalBytes + bytes.length > this.limits.outputBytes) {
      this.fail('OUTPUT_LIMIT', `The call wrote more than its limit of ${this.limits.outputBytes} bytes of output.`);
    }
    this.#keepOrFail(bytes.length, 'output');
    this.#output.write(bytes);
    if (this.#output.pendingBytes >= STREAM_BYTES) this.streamPending();
  }

  #keepOrFail(bytes: number, what: string): void {
    if (this.#kept.add(bytes)) return;
    this.fail(
      'HOST_OVERLOADED',
      `There is no memory left for the ${what} of the call, of the host or of its user's share.`,
    );
  }

  #replace(bytes: Uint8Array): void {
    this.#kept.add(-this.#output.totalBytes);
    this.#output.clear();
    this.#write(bytes);
  }

  #writeLog(bytes: Uint8Array): void {
    if (this.#log.totalBytes + bytes.length > this.limits.logBytes) {
      this.fail('LOG_LIMIT', `The call wrote more than its limit of ${this.limits.logBytes} bytes of log.`);
    }
    this.#keepOrFail(bytes.length, 'log');
    this.#log.write(bytes);
  }
}

function joined(chunks: Uint8Array[]): Uint8Array {
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
}
