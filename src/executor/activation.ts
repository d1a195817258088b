import type { StartKind } from '../core/call.ts';
import { type ErrorRecord, toFaasmError } from '../core/errors.ts';
import type { FileRequest } from '../core/shared-file.ts';
import { TURN_END, type TurnEnd } from '../core/turn-end.ts';
import type { Faaslet } from '../faaslet/faaslet.ts';
import type { FaasletPool } from '../faaslet/faaslet-pool.ts';
import { type GuestThread, killRequested } from '../faaslet/guest-thread.ts';
import type { LoadedFunction } from '../faaslet/loaded-function.ts';
import type { ProtoFunction } from '../faaslet/proto-function.ts';
import type { TemplateDirectory } from '../host/wasi/template.ts';
import type { Turn } from '../layer/layer.ts';
import { cancelledError, killError, returnedError, thrownError, timeoutError } from './call-end.ts';
import { CallGuest } from './call-guest.ts';
import { callPhases, type Phase } from './phases.ts';
import type { CallOrder, CallReport } from './protocol.ts';
import { type ResumeWork, Suspension } from './suspension.ts';
import type { ThreadFiles } from './thread-files.ts';
import { regionOf, type ThreadState } from './thread-state.ts';
import type { TurnQueue } from './turn-queue.ts';

/** What a guest gets to unwind from a host call once it has to end: it cannot catch the trap, so it needs next to none. */
const UNWIND_MS = 1000;
const ALL_BYTES = { offset: 0, length: Number.POSITIVE_INFINITY } as const;

/** What a thread offers to the calls that it runs. */
export interface ActivationHost {
  readonly thread: GuestThread;
  readonly faaslets: FaasletPool;
  readonly turns: TurnQueue;
  readonly state: ThreadState;
  readonly files: ThreadFiles;
  readonly root: TemplateDirectory;
  /** A call is suspended for the first time; only told when the order asks for it. */
  suspended(id: number, turnMs: number): void;
  output(id: number, chunks: Uint8Array[]): void;
  /** A proto-function has been made. */
  made(fn: LoadedFunction, proto: ProtoFunction): void;
  /** A turn of a user's call is about to begin, and nobody knows how long it will take. */
  entering(user: string): void;
  /** The scheduler has given the call to another thread before it began here. */
  relieved(activation: Activation): void;
  /** The call is over. The Faaslet, if it got one, is to be released once the report is out. */
  finished(user: string, report: CallReport, faaslet: Faaslet | undefined): void;
  /** Takes the budget for a suspended call; false when the host cannot hold another one. */
  enterSuspension(): boolean;
  leaveSuspension(): void;
  /** Digest of a Faaslet in audit mode. */
  audit(faaslet: Faaslet): string | undefined;
}

/** How a phase ended. */
type Settled = { readonly value: unknown } | { readonly thrown: unknown };

/**
 * One call on its thread, from its order to its report. It runs in turns: the guest runs until it returns, is suspended
 * or is ended, and is queued for another turn when what it waits for has come.
 */
export class Activation {
  readonly id: number;
  readonly #host: ActivationHost;
  readonly #fn: LoadedFunction;
  readonly #guest: CallGuest;
  readonly #claim: () => boolean;
  #claimed = false;
  readonly #suspension = new Suspension((work) => this.#ready(work));
  readonly #times = { initMs: 0, runMs: 0, cpuMs: 0, longestTurnMs: 0 };
  #suspendedAt = 0;
  /** `heldMs` of the thread's turns since when the time is not the call's. */
  #heldBefore = 0;
  #timer: NodeJS.Timeout | undefined;
  #faaslet: Faaslet | undefined;
  #start: StartKind = 'cold';
  #phases: readonly Phase[] = [];
  #phase = 0;
  #settled: Settled | undefined;
  #returnValue: number | undefined;
  /** Whether the scheduler has been told what it asked about the first turn. */
  #told: boolean;
  #over = false;
  /** The program has ended by itself, and what it left in shared files is on its way. */
  #writing = false;

  /** `claim`: makes the call this thread's, once; false when it is another one's by now. */
  constructor(host: ActivationHost, fn: LoadedFunction, order: CallOrder, claim: () => boolean) {
    this.id = order.id;
    this.#claim = claim;
    this.#host = host;
    this.#fn = fn;
    this.#told = !order.report;
    const guestHost = {
      thread: host.thread,
      state: host.state,
      files: host.files,
      root: host.root,
      suspension: this.#suspension,
      stream: (chunks: Uint8Array[]) => host.output(order.id, chunks),
      usedCpuMs: () => this.#times.cpuMs,
    };
    this.#guest = new CallGuest(guestHost, fn, order);
  }

  /** Queues the first turn. */
  begin(): void {
    this.#host.turns.push(this.#fn.user, () => this.#begin());
  }

  /** Ends the call wherever it is, unless its guest is running: that is the guard's part. */
  cancel(): void {
    if (!this.#isOurs()) return;
    if (this.#writing) this.#finish(cancelledError());
    else if (this.#suspension.pending) this.#unwind(cancelledError());
    else if (this.#faaslet === undefined) this.#finish(cancelledError());
    else this.#guest.error ??= cancelledError();
  }

  /** Whether this thread has the call. Not before it must be so: until then the scheduler can give it to another one. */
  #isOurs(): boolean {
    if (this.#claimed || this.#over) return this.#claimed;
    this.#claimed = this.#claim();
    if (!this.#claimed) {
      this.#over = true;
      this.#host.relieved(this);
    }
    return this.#claimed;
  }

  #begin(): Turn | undefined {
    if (!this.#isOurs() || this.#over) return undefined;
    const now = performance.now();
    try {
      const { faaslet, start } = this.#host.faaslets.acquire(this.#fn);
      this.#faaslet = faaslet;
      this.#guest.faaslet = faaslet;
      this.#start = start;
    } catch (error) {
      this.#finish(toFaasmError(error).record());
      return undefined;
    }
    this.#times.initMs += performance.now() - now;
    this.#phases = callPhases(this.#fn, this.#start);
    const initialises = this.#start === 'cold' || this.#start === 'fresh';
    this.#guest.initialising = initialises && this.#current.initialises;
    // Nothing to run first: the proto-function is the module's initial memory.
    if (initialises && !this.#guest.initialising && !this.#initialised()) return undefined;
    const regions = initialises ? [] : (this.#fn.proto?.regions ?? []);
    if (regions.length === 0) return this.#enterPhase();
    this.#attach(regions, 0);
    return undefined;
  }

  /** Maps the regions of the proto-function one after the other, then runs the first phase. */
  #attach(regions: ProtoFunction['regions'], next: number): void {
    const region = regions[next];
    if (region === undefined) return this.#queuePhase();
    const declares = !this.#host.thread.layer.abilities.sharedRegions;
    const wish = { kind: 'pointer', totalBytes: region.sizeBytes, ...ALL_BYTES, declares } as const;
    this.#host.state.askPointer(this.id, this.#fn.user, region.key, wish, (answer) => {
      if (this.#over) return;
      try {
        if ('error' in answer) return this.#finish(answer.error);
        const found = regionOf(answer);
        if (found === undefined) throw new Error('the local tier gave no region');
        this.#faaslet?.regions.mapAt(region.key, found, region.address);
      } catch (error) {
        return this.#finish(toFaasmError(error).record());
      }
      this.#attach(regions, next + 1);
    });
  }

  get #current(): Phase {
    return this.#phases[this.#phase] as Phase;
  }

  #queuePhase(): void {
    this.#host.turns.push(this.#fn.user, () => {
      // Cancelled between two phases.
      if (this.#guest.error !== undefined) this.#finish(this.#guest.error);
      return this.#over ? undefined : this.#enterPhase();
    });
  }

  #enterPhase(): Turn {
    const { name, args } = this.#current;
    const entry = this.#guest.faaslet.entry(name);
    this.#settled = undefined;
    return this.#turn(() => {
      try {
        const result = entry(...args);
        if (!this.#fn.linkage.waits) this.#settled = { value: result };
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

  #turn(enter: () => void, wallMs = this.#guest.limits.timeoutMs - this.#times.runMs): Turn {
    const { thread } = this.#host;
    this.#host.entering(this.#fn.user);
    return {
      call: this.id,
      wallMs: Math.max(0, wallMs),
      cpuMs: Math.max(0, this.#guest.limits.cpuMs - this.#times.cpuMs),
      enter: () => {
        thread.current = this.#guest;
        enter();
      },
      left: (end, wall, cpu) => this.#left(end, wall, cpu),
    };
  }

  #left(end: TurnEnd, wallMs: number, cpuMs: number): void {
    this.#times.runMs += wallMs;
    if (!Number.isNaN(cpuMs)) this.#times.cpuMs += cpuMs;
    // By CPU time where it is known: a turn that was preempted is not a long one.
    this.#times.longestTurnMs = Math.max(this.#times.longestTurnMs, Number.isNaN(cpuMs) ? wallMs : cpuMs);
    if (this.#settled !== undefined) return this.#phaseEnded(this.#settled, end);
    const error = this.#guest.error ?? this.#overLimit(end);
    if (error === undefined) this.#nowSuspended(wallMs);
    // Where it was ended just before it went on, the guest still is suspended, and must be unwound.
    else if (this.#suspension.pending) this.#unwind(error);
    else this.#finish(error);
  }

  /** The limit that the watchdog has ended the turn for, or that many short turns have passed between its looks. */
  #overLimit(end: TurnEnd): ErrorRecord | undefined {
    const { limits } = this.#guest;
    if (end !== TURN_END.completed) return killError(end, limits);
    if (this.#times.runMs >= limits.timeoutMs) return killError(TURN_END.wall, limits);
    return this.#times.cpuMs >= limits.cpuMs ? killError(TURN_END.cpu, limits) : undefined;
  }

  #nowSuspended(turnMs: number): void {
    this.#guest.streamPending();
    if (!this.#told) {
      this.#told = true;
      this.#host.suspended(this.id, turnMs);
    }
    this.#wait((error) => this.#unwind(error));
  }

  /** Counts the call as suspended from here to {@link #wake}; `late` hears when it may not wait, or not any longer. */
  #wait(late: (error: ErrorRecord) => void): void {
    const { timeoutMs } = this.#guest.limits;
    if (!this.#host.enterSuspension()) {
      return late({
        code: 'HOST_OVERLOADED',
        message: 'The host cannot hold another suspended call; try again.',
      });
    }
    this.#suspendedAt = performance.now();
    this.#heldBefore = this.#host.turns.heldMs;
    this.#watch(timeoutMs - this.#times.runMs, () => late(timeoutError(timeoutMs)));
  }

  /** Calls `late` after `ms`, not counting the time in which the thread was held by long turns of others. */
  #watch(ms: number, late: () => void): void {
    const held = this.#host.turns.heldMs;
    this.#timer = setTimeout(
      () => {
        const more = this.#host.turns.heldMs - held;
        if (more > 0) this.#watch(more, late);
        else late();
      },
      Math.min(ms, 2 ** 31 - 1),
    );
  }

  /** What the guest waited for has come: queues the turn that goes on. Called in a macrotask. */
  #ready(work: ResumeWork): void {
    this.#wake();
    this.#host.turns.push(this.#fn.user, () => {
      if (!this.#suspension.pending || this.#over) return undefined;
      return this.#turn(() => this.#resume(work));
    });
  }

  /** Inside the guard: does the rest of the host call that the guest waits in, then lets the guest go on. */
  #resume(work: ResumeWork): void {
    const { trap, guard } = this.#host.thread;
    // Cancelled while it waited for its turn.
    if (this.#guest.error !== undefined) return this.#suspension.reject(trap);
    // As in every host call: not to be cut, but to look at the kill flag on the way out.
    Atomics.store(guard.flags, 0, 1);
    let value: unknown;
    try {
      value = work();
    } catch (error) {
      if (error !== trap) this.#guest.error ??= toFaasmError(error).record();
      return this.#suspension.reject(trap, true);
    }
    Atomics.store(guard.flags, 0, 0);
    const continues = this.#suspension.continues(value);
    if (killRequested(this.#host.thread)) this.#suspension.reject(trap, !continues);
    else if (!continues) this.#suspension.resume(value);
  }

  /** Ends a suspended guest. */
  #unwind(error: ErrorRecord): void {
    this.#guest.error ??= error;
    this.#wake();
    this.#host.turns.push(this.#fn.user, () => {
      if (this.#over) return undefined;
      if (this.#suspension.pending) return this.#turn(() => this.#suspension.reject(this.#host.thread.trap), UNWIND_MS);
      this.#finish(error);
      return undefined;
    });
  }

  /** Leaves the suspended state for the queue of ready turns; the time until the turn is not the call's. */
  #wake(): void {
    if (this.#suspendedAt === 0) return;
    clearTimeout(this.#timer);
    const waitedMs = performance.now() - this.#suspendedAt;
    this.#times.runMs += Math.max(0, waitedMs - (this.#host.turns.heldMs - this.#heldBefore));
    this.#suspendedAt = 0;
    this.#host.leaveSuspension();
  }

  #phaseEnded(settled: Settled, end: TurnEnd): void {
    const phase = this.#current;
    if ('thrown' in settled) return this.#phaseThrew(phase, settled.thrown, end);
    const code = typeof settled.value === 'number' ? settled.value : 0;
    if (!phase.initialises) return phase.entry ? this.#entryReturned(code) : this.#nextPhase();
    if (code !== 0) return this.#initFailed(phase, `it returned ${code}`);
    const last = this.#phases[this.#phase + 1]?.initialises !== true;
    if (!last || this.#initialised()) this.#nextPhase();
  }

  #phaseThrew(phase: Phase, thrown: unknown, end: TurnEnd): void {
    const { error, exitCode, refusals, limits } = this.#guest;
    if (error !== undefined) return this.#finish(error);
    if (thrown === this.#host.thread.trap || end !== TURN_END.completed) {
      if (exitCode === undefined) return this.#finish(killError(end, limits));
      return phase.initialises ? this.#initFailed(phase, `it exited with ${exitCode}`) : this.#entryReturned(exitCode);
    }
    const cause = thrownError(thrown);
    if (refusals > 0) {
      return this.#finish({ code: 'MEMORY_LIMIT', message: `${this.#guest.memoryMessage()} ${cause.message}` });
    }
    return phase.initialises ? this.#initFailed(phase, cause.message) : this.#finish(cause);
  }

  #entryReturned(code: number): void {
    this.#returnValue = code;
    // An exit has run the program's own exit handlers; what is left to run is for programs that returned.
    if (this.#guest.exitCode === undefined) this.#nextPhase();
    else this.#ended();
  }

  #nextPhase(): void {
    this.#phase += 1;
    if (this.#phase < this.#phases.length) this.#queuePhase();
    else this.#ended();
  }

  /** The program has ended by itself: writes what it left open in shared files, as closing them would have done. */
  #ended(): void {
    let writes: readonly FileRequest[];
    try {
      writes = this.#guest.files.unwritten();
    } catch (error) {
      return this.#finish(toFaasmError(error).record());
    }
    if (writes.length === 0) return this.#finish(undefined);
    this.#writing = true;
    this.#wait((error) => this.#finish(error));
    let left = writes.length;
    for (const write of writes) {
      this.#guest.files.post(write, (answer) => {
        left -= 1;
        if ('error' in answer) this.#finish(answer.error);
        else if (left === 0) this.#finish(undefined);
      });
    }
  }

  /** The initialising phases are over: captures the proto-function. False when the call has ended over it. */
  #initialised(): boolean {
    this.#guest.initialised();
    if (this.#start !== 'cold') return true;
    const began = performance.now();
    const { faaslet } = this.#guest;
    try {
      this.#fn.proto ??= faaslet.snapshot(this.#host.audit(faaslet));
      this.#host.made(this.#fn, this.#fn.proto);
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
    this.#wake();
    this.#suspension.drop();
    this.#over = true;
    this.#guest.state.ended();
    const returnValue = this.#returnValue;
    const failed = error ?? returnedError(returnValue);
    const faaslet = this.#faaslet;
    this.#faaslet = undefined;
    const report: CallReport = {
      id: this.id,
      ...(returnValue === undefined ? {} : { returnValue }),
      ...(failed === undefined ? {} : { error: this.#explained(failed) }),
      ...this.#guest.takeRest(),
      start: this.#start,
      ...this.#times,
      peakPages: faaslet?.pages ?? 0,
    };
    this.#host.finished(this.#fn.user, report, faaslet);
  }

  /** A call that ran into its time limit because memory was refused should be told of the memory. */
  #explained(error: ErrorRecord): ErrorRecord {
    if (this.#guest.refusals === 0 || (error.code !== 'TIMEOUT' && error.code !== 'CPU_LIMIT')) return error;
    return { code: 'MEMORY_LIMIT', message: `${this.#guest.memoryMessage()} ${error.message}` };
  }
}
