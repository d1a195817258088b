import type { StartKind } from '../core/call.ts';
import { type ErrorCode, type ErrorRecord, toFaasmError } from '../core/errors.ts';
import type { Limits } from '../core/limits.ts';
import { PAGE_BYTES } from '../core/limits.ts';
import type { Faaslet } from '../faaslet/faaslet.ts';
import type { FaasletPool } from '../faaslet/faaslet-pool.ts';
import { type GuestThread, killRequested, type RunningGuest } from '../faaslet/guest-thread.ts';
import type { LoadedFunction } from '../faaslet/loaded-function.ts';
import type { ProtoFunction } from '../faaslet/proto-function.ts';
import type { LogSink, OutputSink, StateAccess } from '../host/context.ts';
import type { GuestMemory } from '../host/guest-memory.ts';
import { TURN_END, type Turn, type TurnEnd } from '../layer/layer.ts';
import { killError, thrownError, timeoutError } from './call-end.ts';
import { ChunkSink } from './chunk-sink.ts';
import { guestState } from './guest-state.ts';
import { callPhases, type Phase } from './phases.ts';
import type { CallOrder, CallReport } from './protocol.ts';
import type { ThreadState } from './thread-state.ts';
import type { TurnQueue } from './turn-queue.ts';

/** Output is posted while the call runs once this much has gathered. */
const STREAM_BYTES = 256 * 1024;
/** memory.grow may fail this often before the call is taken to be a runaway that asks for ever. */
const REFUSALS_MAX = 10_000;
/** What a guest gets to unwind from a host call once it has to end: it cannot catch the trap, so it needs next to none. */
const UNWIND_MS = 1000;
const NO_INPUT = new Uint8Array(0);

/** What a thread offers to the calls that it runs. */
export interface ActivationHost {
  readonly thread: GuestThread;
  readonly faaslets: FaasletPool;
  readonly turns: TurnQueue;
  readonly state: ThreadState;
  /** A call is suspended for the first time; only told when the order asks for it. */
  suspended(id: number, turnMs: number): void;
  output(id: number, chunks: Uint8Array[]): void;
  /** A proto-function has been made. */
  made(fn: LoadedFunction, proto: ProtoFunction): void;
  finished(activation: Activation, report: CallReport): void;
  /** Suspended calls of the thread changed by `change`. */
  countSuspended(change: number): void;
  /** Digest of a Faaslet in audit mode. */
  audit(faaslet: Faaslet): string | undefined;
}

interface Suspension {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** One call on its thread: from its order to its report, and what its guest sees of the host meanwhile. */
export class Activation implements RunningGuest {
  readonly id: number;
  readonly fn: LoadedFunction;
  readonly limits: Limits;
  readonly environment: readonly string[];
  readonly output: OutputSink = { write: (bytes) => this.#write(bytes), replace: (bytes) => this.#replace(bytes) };
  readonly log: LogSink = { write: (bytes) => this.#writeLog(bytes) };
  readonly state: StateAccess;
  readonly stdoutIsOutput: boolean;

  readonly #host: ActivationHost;
  readonly #order: CallOrder;
  readonly #output = new ChunkSink();
  readonly #log = new ChunkSink();
  readonly #slots = new Map<symbol, unknown>();
  readonly #times = { queuedMs: 0, initMs: 0, runMs: 0, cpuMs: 0, longestTurnMs: 0 };
  #readyAt = performance.now();
  #faaslet: Faaslet | undefined;
  #start: StartKind = 'cold';
  #phases: readonly Phase[] = [];
  #phase = 0;
  /** How the phase ended, once it has. */
  #settled: { readonly value: unknown } | { readonly thrown: unknown } | undefined;
  #suspension: Suspension | undefined;
  #suspendedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #returnValue: number | undefined;
  #exitCode: number | undefined;
  #error: ErrorRecord | undefined;
  #refusals = 0;
  #reported: boolean;
  #over = false;

  constructor(host: ActivationHost, fn: LoadedFunction, order: CallOrder) {
    const { id, timeoutMs, cpuMs, report } = order;
    this.id = id;
    this.fn = fn;
    this.limits = { ...fn.limits, timeoutMs, cpuMs };
    this.environment = fn.environment;
    this.stdoutIsOutput = !fn.writesOutput;
    this.#host = host;
    this.#order = order;
    this.#reported = !report;
    this.state = guestState(this, host.state, host.thread.layer);
  }

  // --- what the guest sees -------------------------------------------------------------------------------------

  get user(): string {
    return this.fn.user;
  }

  get function(): string {
    return this.fn.function;
  }

  /** A zygote sees no input: what it read would be frozen into everybody's proto-function. */
  get input(): Uint8Array {
    return this.#initialising ? NO_INPUT : this.#order.input;
  }

  get args(): readonly string[] {
    const cmdline = this.#initialising ? '' : this.#order.cmdline;
    return ['function.wasm', ...cmdline.split(' ').filter((word) => word !== '')];
  }

  get memory(): GuestMemory {
    return this.faaslet.memory;
  }

  get faaslet(): Faaslet {
    if (this.#faaslet === undefined) throw new Error(`call ${this.id} has no Faaslet`);
    return this.#faaslet;
  }

  slot<T>(key: symbol, make: () => T): T {
    if (!this.#slots.has(key)) this.#slots.set(key, make());
    return this.#slots.get(key) as T;
  }

  cpuTimeNs(): bigint {
    const ms = this.#times.cpuMs + this.#host.thread.guard.turnCpuMs();
    return BigInt(Math.round((Number.isNaN(ms) ? this.#times.runMs : ms) * 1e6));
  }

  sleep<T>(ms: number, value: T): Promise<T> {
    const until = performance.now() + ms;
    return this.suspend((resume) => {
      // Node's timers count whole ms and may be early by a fraction of one.
      const wait = (): void => {
        const left = until - performance.now();
        if (left > 0) setTimeout(wait, Math.min(Math.ceil(left), 0x7fffffff));
        else resume(() => value);
      };
      setTimeout(wait, Math.min(Math.ceil(ms), 0x7fffffff));
    });
  }

  exit(code: number): never {
    this.#exitCode = code;
    throw this.#host.thread.trap;
  }

  fail(code: ErrorCode, message: string): never {
    this.#error ??= { code, message };
    throw this.#host.thread.trap;
  }

  poll(): void {
    if (killRequested(this.#host.thread)) throw this.#host.thread.trap;
  }

  grow(pages: number): number {
    const old = this.faaslet.grow(pages);
    if (old < 0) {
      this.#refusals += 1;
      if (this.#refusals > REFUSALS_MAX) this.fail('MEMORY_LIMIT', this.#memoryMessage());
    }
    return old;
  }

  /**
   * Suspends the guest: a host function returns this promise. `start` gets a function to be called from a macrotask
   * with the work that makes the result; the work runs inside the guard, as a part of the host call.
   */
  suspend<T>(start: (resume: (work: () => T) => void) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#suspension = { resolve: resolve as (value: unknown) => void, reject };
      const mine = this.#suspension;
      start((work) => {
        if (this.#suspension === mine) this.#ready(work);
      });
    });
  }

  // --- its life ------------------------------------------------------------------------------------------------

  /** Queues the first turn. */
  begin(): void {
    this.#host.turns.push(() => this.#begin());
  }

  /** Ends the call wherever it is, unless its guest is running: that is the guard's part. */
  cancel(): void {
    const error: ErrorRecord = { code: 'CANCELLED', message: 'The call was cancelled.' };
    if (this.#suspension !== undefined) this.#unwind(error);
    else if (this.#faaslet === undefined) this.#finish(error);
    else this.#error ??= error;
  }

  #begin(): Turn | undefined {
    if (this.#over) return undefined;
    const now = performance.now();
    this.#times.queuedMs += now - this.#readyAt;
    try {
      const { faaslet, start } = this.#host.faaslets.acquire(this.fn);
      this.#faaslet = faaslet;
      this.#start = start;
    } catch (error) {
      this.#finish(toFaasmError(error).record());
      return undefined;
    }
    this.#times.initMs += performance.now() - now;
    this.#phases = callPhases(this.fn, this.#start);
    // Nothing to run first: the proto-function is the module's initial memory.
    if (this.#start === 'cold' && !this.#initialising && !this.#initialised()) return undefined;
    const regions = this.#start === 'cold' || this.#start === 'fresh' ? [] : (this.fn.proto?.regions ?? []);
    if (regions.length === 0) return this.#enterPhase();
    this.#attach(regions, 0);
    return undefined;
  }

  /** Maps the regions of the proto-function one after the other, then runs the first phase. */
  #attach(regions: ProtoFunction['regions'], next: number): void {
    const region = regions[next];
    if (region === undefined) {
      this.#readyAt = performance.now();
      this.#host.turns.push(() => this.#goOn());
      return;
    }
    const wish = { kind: 'pointer', length: region.sizeBytes } as const;
    this.#host.state.ask(this.user, region.key, { kind: 'acquire', wish }, (answer) => {
      if (this.#over) return;
      try {
        if ('error' in answer) return this.#finish(answer.error);
        if (typeof answer.value !== 'object') throw new Error('the local tier gave no region');
        this.faaslet.regions.mapAt(region.key, answer.value, region.address);
      } catch (error) {
        return this.#finish(toFaasmError(error).record());
      }
      this.#attach(regions, next + 1);
    });
  }

  /** The next phase, unless the call has been cancelled between two. */
  #goOn(): Turn | undefined {
    if (this.#error !== undefined) this.#finish(this.#error);
    return this.#over ? undefined : this.#enterPhase();
  }

  #enterPhase(): Turn {
    const phase = this.#phases[this.#phase] as Phase;
    const entry = this.faaslet.entry(phase.name);
    this.#settled = undefined;
    return this.#turn(() => {
      try {
        const result = entry(...phase.args);
        if (!this.fn.linkage.waits) this.#settled = { value: result };
        else (result as Promise<unknown>).then(this.#returned, this.#threw);
      } catch (thrown) {
        this.#settled = { thrown };
      }
    });
  }

  readonly #returned = (value: unknown): void => {
    this.#settled = { value };
  };

  readonly #threw = (thrown: unknown): void => {
    this.#settled = { thrown };
  };

  #turn(enter: () => void, wallMs = this.limits.timeoutMs - this.#times.runMs): Turn {
    const { thread } = this.#host;
    return {
      call: this.id,
      wallMs: Math.max(0, wallMs),
      cpuMs: Math.max(0, this.limits.cpuMs - this.#times.cpuMs),
      enter: () => {
        thread.current = this;
        enter();
      },
      left: (end, wall, cpu) => this.#left(end, wall, cpu),
    };
  }

  #left(end: TurnEnd, wallMs: number, cpuMs: number): void {
    this.#times.runMs += wallMs;
    if (!Number.isNaN(cpuMs)) this.#times.cpuMs += cpuMs;
    this.#times.longestTurnMs = Math.max(this.#times.longestTurnMs, wallMs);
    if (this.#settled !== undefined) this.#phaseEnded(this.#settled, end);
    else if (end !== TURN_END.completed || this.#error !== undefined) {
      const error = this.#error ?? killError(end, this.limits);
      // Ended just before it went on: the guest is still suspended, and must be unwound, never dropped.
      if (this.#suspension !== undefined) this.#unwind(error);
      else this.#finish(error);
    } else this.#nowSuspended(wallMs);
  }

  #nowSuspended(turnMs: number): void {
    if (this.#output.pendingBytes > 0 && this.stdoutIsOutput) this.#host.output(this.id, this.#output.take());
    if (!this.#reported) {
      this.#reported = true;
      this.#host.suspended(this.id, turnMs);
    }
    this.#suspendedAt = performance.now();
    this.#host.countSuspended(1);
    const left = this.limits.timeoutMs - this.#times.runMs;
    this.#timer = setTimeout(() => this.#unwind(timeoutError(this.limits.timeoutMs)), Math.min(left, 0x7fffffff));
  }

  /** What the guest waited for has come: queues the turn that goes on. Called in a macrotask. */
  #ready(work: () => unknown): void {
    this.#wake();
    this.#host.turns.push(() => {
      const suspension = this.#suspension;
      if (suspension === undefined || this.#over) return undefined;
      this.#times.queuedMs += performance.now() - this.#readyAt;
      return this.#turn(() => {
        this.#suspension = undefined;
        const { flags } = this.#host.thread.guard;
        // The rest of the host call that the guest made: not to be cut.
        Atomics.store(flags, 0, 1);
        let value: unknown;
        try {
          // Cancelled while it waited for its turn.
          if (this.#error !== undefined) throw this.#host.thread.trap;
          value = work();
        } catch (error) {
          if (error !== this.#host.thread.trap) this.#error ??= toFaasmError(error).record();
          suspension.reject(this.#host.thread.trap);
          return;
        }
        Atomics.store(flags, 0, 0);
        if (killRequested(this.#host.thread)) suspension.reject(this.#host.thread.trap);
        else suspension.resolve(value);
      });
    });
  }

  /** Ends a suspended guest: rejected with a trap it unwinds, dropped it would leak its stack. */
  #unwind(error: ErrorRecord): void {
    this.#error ??= error;
    this.#wake();
    this.#host.turns.push(() => {
      const suspension = this.#suspension;
      if (suspension === undefined || this.#over) return undefined;
      return this.#turn(() => {
        this.#suspension = undefined;
        suspension.reject(this.#host.thread.trap);
      }, UNWIND_MS);
    });
  }

  /** Leaves the suspended state for the queue of ready turns; the time until the turn is not the call's. */
  #wake(): void {
    if (this.#suspendedAt === 0) return;
    clearTimeout(this.#timer);
    this.#readyAt = performance.now();
    this.#times.runMs += this.#readyAt - this.#suspendedAt;
    this.#suspendedAt = 0;
    this.#host.countSuspended(-1);
  }

  #phaseEnded(settled: { readonly value: unknown } | { readonly thrown: unknown }, end: TurnEnd): void {
    const phase = this.#phases[this.#phase] as Phase;
    if ('thrown' in settled) {
      const { thrown } = settled;
      const trapped = thrown === this.#host.thread.trap;
      if (this.#error !== undefined) return this.#finish(this.#error);
      if (trapped && this.#exitCode !== undefined && !phase.initialises) return this.#entryReturned(this.#exitCode);
      if (trapped && this.#exitCode !== undefined) return this.#initFailed(phase, `exited with code ${this.#exitCode}`);
      if (trapped || end !== TURN_END.completed) return this.#finish(killError(end, this.limits));
      const error = thrownError(thrown);
      if (this.#refusals > 0)
        return this.#finish({ code: 'MEMORY_LIMIT', message: `${this.#memoryMessage()} ${error.message}` });
      return phase.initialises ? this.#initFailed(phase, error.message) : this.#finish(error);
    }
    const code = typeof settled.value === 'number' ? settled.value : 0;
    if (!phase.initialises) return phase.entry ? this.#entryReturned(code) : this.#nextPhase();
    if (code !== 0) return this.#initFailed(phase, `returned ${code}`);
    if (this.#phases[this.#phase + 1]?.initialises !== true && !this.#initialised()) return;
    this.#nextPhase();
  }

  #entryReturned(code: number): void {
    this.#returnValue = code;
    // An exit has run the program's own exit handlers; what is left to run is for programs that returned.
    if (this.#exitCode === undefined && this.#phase + 1 < this.#phases.length) this.#nextPhase();
    else this.#finish(undefined);
  }

  #nextPhase(): void {
    this.#phase += 1;
    if (this.#phase >= this.#phases.length) return this.#finish(undefined);
    this.#readyAt = performance.now();
    this.#host.turns.push(() => this.#goOn());
  }

  /** The last initialising phase is over: captures the proto-function. False when the call has ended over it. */
  #initialised(): boolean {
    this.#slots.clear();
    this.#output.clear();
    if (this.#start !== 'cold') return true;
    const began = performance.now();
    try {
      this.fn.proto ??= this.faaslet.snapshot(this.#host.audit(this.faaslet));
      this.#host.made(this.fn, this.fn.proto);
    } catch (error) {
      this.#finish(toFaasmError(error).record());
      return false;
    }
    this.#times.initMs += this.#times.runMs + performance.now() - began;
    return true;
  }

  #initFailed(phase: Phase, how: string): void {
    this.#finish({ code: 'INIT_FAILED', message: `${phase.what} failed: ${how}` });
  }

  #finish(error: ErrorRecord | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#wake();
    const returnValue = this.#returnValue;
    const failed = error ?? returnedError(returnValue);
    const report: CallReport = {
      id: this.id,
      ...(returnValue === undefined ? {} : { returnValue }),
      ...(failed === undefined ? {} : { error: this.#explain(failed) }),
      output: this.#output.take(),
      log: joined(this.#log.take()),
      start: this.#start,
      ...this.#times,
      peakPages: this.#faaslet?.pages ?? 0,
    };
    this.#slots.clear();
    this.#host.finished(this, report);
  }

  /** A call that ran into a wall because memory was refused should be told of the memory. */
  #explain(error: ErrorRecord): ErrorRecord {
    if (this.#refusals === 0 || (error.code !== 'TIMEOUT' && error.code !== 'CPU_LIMIT')) return error;
    return { code: 'MEMORY_LIMIT', message: `${this.#memoryMessage()} ${error.message}` };
  }

  /** The Faaslet, for the thread to release once the report is out. */
  takeFaaslet(): Faaslet | undefined {
    const faaslet = this.#faaslet;
    this.#faaslet = undefined;
    return faaslet;
  }

  get #initialising(): boolean {
    return this.#phases[this.#phase]?.initialises === true;
  }

  #memoryMessage(): string {
    const used = this.faaslet.pages * PAGE_BYTES;
    return `memory.grow was refused ${this.#refusals} times at ${used} bytes (limit ${this.limits.memoryBytes} bytes).`;
  }

  #write(bytes: Uint8Array): void {
    const total = this.#output.totalBytes + bytes.length;
    if (total > this.limits.outputBytes) {
      this.fail('OUTPUT_LIMIT', `The call wrote more than its limit of ${this.limits.outputBytes} bytes of output.`);
    }
    this.#output.write(bytes);
    if (this.#output.pendingBytes >= STREAM_BYTES && this.stdoutIsOutput && !this.#initialising) {
      this.#host.output(this.id, this.#output.take());
    }
  }

  #replace(bytes: Uint8Array): void {
    this.#output.clear();
    this.#write(bytes);
  }

  #writeLog(bytes: Uint8Array): void {
    if (this.#log.totalBytes + bytes.length > this.limits.logBytes) {
      this.fail('LOG_LIMIT', `The call wrote more than its limit of ${this.limits.logBytes} bytes of log.`);
    }
    this.#log.write(bytes);
  }
}

function returnedError(returnValue: number | undefined): ErrorRecord | undefined {
  if (returnValue === undefined || returnValue === 0) return undefined;
  return { code: 'FUNCTION_FAILED', message: `Call failed (return value=${returnValue})` };
}

function joined(chunks: Uint8Array[]): Uint8Array {
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
}
