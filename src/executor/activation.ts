import type { StartKind } from '../core/call.ts';
import { type ErrorRecord, toFaasmError } from '../core/errors.ts';
import type { FileRequest } from '../core/shared-file.ts';
import type { TurnEnd } from '../core/turn-end.ts';
import type { Faaslet } from '../faaslet/faaslet.ts';
import type { LoadedFunction } from '../faaslet/loaded-function.ts';
import type { ProtoFunction } from '../faaslet/proto-function.ts';
import type { Turn } from '../layer/layer.ts';
import type { ActivationHost } from './activation-host.ts';
import { CallClock } from './call-clock.ts';
import { cancelledError, returnedError, timeoutError } from './call-end.ts';
import { CallGuest } from './call-guest.ts';
import { explainedError, type PhaseEnd, phaseError, returnCode } from './phase-end.ts';
import { callPhases, type Phase } from './phases.ts';
import { mapProtoRegions } from './proto-regions.ts';
import type { CallOrder, CallReport } from './protocol.ts';
import { resumeGuest } from './resumption.ts';
import { type ResumeWork, Suspension } from './suspension.ts';

/** What a guest gets to unwind from a host call once it has to end: it cannot catch the trap, so it needs next to none. */
const UNWIND_MS = 1000;

/**
 * One call on its thread, from its order to its report. It runs in turns: the guest runs until it returns, is suspended
 * or is ended, and is queued for another turn when what it waits for has come.
 */
export class Activation {
  /** The call's. */
  readonly id: number;
  readonly #host: ActivationHost;
  readonly #fn: LoadedFunction;
  readonly #guest: CallGuest;
  readonly #claim: () => boolean;
  #claimed = false;
  readonly #suspension = new Suspension((work) => this.#ready(work));
  readonly #clock: CallClock;
  #faaslet: Faaslet | undefined;
  #start: StartKind = 'cold';
  #phases: readonly Phase[] = [];
  #phase = 0;
  /** How the current phase has ended, once it has. */
  #settled: PhaseEnd | undefined;
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
    this.#clock = new CallClock(order, host.turns);
    const guestHost = {
      thread: host.thread,
      state: host.state,
      files: host.files,
      root: host.root,
      suspension: this.#suspension,
      stream: (chunks: Uint8Array[]) => host.output(order.id, chunks),
      clock: this.#clock,
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
    this.#clock.initMs += performance.now() - now;
    this.#phases = callPhases(this.#fn, this.#start);
    const initialises = this.#start === 'cold' || this.#start === 'fresh';
    this.#guest.initialising = initialises && this.#current.initialises;
    // Nothing to run first: the proto-function is the module's initial memory.
    if (initialises && !this.#guest.initialising && !this.#initialised()) return undefined;
    const regions = initialises ? [] : (this.#fn.proto?.regions ?? []);
    if (regions.length === 0) return this.#enterPhase();
    this.#mapRegions(regions);
    return undefined;
  }

  /** Maps the regions of the proto-function, then runs the first phase. */
  #mapRegions(regions: ProtoFunction['regions']): void {
    const { state, thread } = this.#host;
    const { user } = this.#fn;
    const call = { id: this.id, user, state, layer: thread.layer, faaslet: () => this.#faaslet };
    mapProtoRegions(call, regions, (error) => (error === undefined ? this.#queuePhase() : this.#finish(error)));
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
        else
          (result as Promise<unknown>).then(
            (value) => {
              this.#settled = { value };
            },
            (thrown) => {
              this.#settled = { thrown };
            },
          );
      } catch (thrown) {
        this.#settled = { thrown };
      }
    });
  }

  #turn(enter: () => void, wallMs = this.#clock.wallLeftMs): Turn {
    const { thread } = this.#host;
    this.#host.entering(this.#fn.user);
    return {
      call: this.id,
      wallMs,
      cpuMs: this.#clock.cpuLeftMs,
      enter: () => {
        thread.current = this.#guest;
        enter();
      },
      left: (end, wall, cpu) => this.#left(end, wall, cpu),
    };
  }

  #left(end: TurnEnd, wallMs: number, cpuMs: number): void {
    this.#clock.turnEnded(wallMs, cpuMs);
    if (this.#settled !== undefined) return this.#phaseEnded(this.#settled, end);
    const error = this.#guest.error ?? this.#clock.exceeded(end);
    if (error === undefined) this.#nowSuspended(wallMs);
    // Where it was ended just before it went on, the guest still is suspended, and must be unwound.
    else if (this.#suspension.pending) this.#unwind(error);
    else this.#finish(error);
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
    if (this.#host.enterSuspension()) {
      const { timeoutMs } = this.#guest.limits;
      return this.#clock.suspend(() => late(timeoutError(timeoutMs)));
    }
    late({ code: 'HOST_OVERLOADED', message: 'The host cannot hold another suspended call; try again.' });
  }

  /** What the guest waited for has come: queues the turn that goes on. Called in a macrotask. */
  #ready(work: ResumeWork): void {
    this.#wake();
    this.#host.turns.push(this.#fn.user, () => {
      if (!this.#suspension.pending || this.#over) return undefined;
      return this.#turn(() => resumeGuest(this.#suspension, work, this.#guest, this.#host.thread));
    });
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
    if (this.#clock.wake()) this.#host.leaveSuspension();
  }

  #phaseEnded(settled: PhaseEnd, end: TurnEnd): void {
    const phase = this.#current;
    const error = phaseError(phase, settled, end, this.#guest, this.#host.thread.trap);
    if (error !== undefined) return this.#finish(error);
    if (phase.initialises) {
      const last = this.#phases[this.#phase + 1]?.initialises !== true;
      if (!last || this.#initialised()) this.#nextPhase();
      return;
    }
    const { exitCode } = this.#guest;
    if ('thrown' in settled) this.#returnValue = exitCode;
    else if (phase.entry) this.#returnValue = returnCode(settled.value);
    // An exit has run the program's own exit handlers; what is left to run is for programs that returned.
    if (exitCode === undefined) this.#nextPhase();
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
    this.#guest.files.writeAll(writes, (error) => this.#finish(error));
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
    this.#clock.initialised(performance.now() - began);
    return true;
  }

  #finish(error: ErrorRecord | undefined): void {
    if (this.#over) return;
    this.#wake();
    this.#suspension.drop();
    this.#over = true;
    this.#guest.state.ended();
    const returnValue = this.#returnValue;
    const failed = error ?? returnedError(returnValue);
    const { initMs, runMs, cpuMs, longestTurnMs } = this.#clock;
    const faaslet = this.#faaslet;
    this.#faaslet = undefined;
    const report: CallReport = {
      id: this.id,
      ...(returnValue === undefined ? {} : { returnValue }),
      ...(failed === undefined ? {} : { error: explainedError(failed, this.#guest) }),
      ...this.#guest.takeRest(),
      start: this.#start,
      initMs,
      runMs,
      cpuMs,
      longestTurnMs,
      peakPages: faaslet?.pages ?? 0,
    };
    this.#host.finished(this.#fn.user, report, faaslet);
  }
}
