import type { LayerName, StartKind } from '../core/call.ts';
import type { ErrorRecord } from '../core/errors.ts';
import type { FileAnswer, FileRequest } from '../core/shared-file.ts';
import type { FunctionSpec } from '../faaslet/loaded-function.ts';
import type { ProtoFunction } from '../faaslet/proto-function.ts';
import type { TemplateDirectory } from '../host/wasi/template.ts';
import type { LayerChoice } from '../layer/open-layer.ts';
import type { StateAnswer, StateRequest } from '../state/state-requests.ts';

/** What a thread is started with. Everything shared is shared memory. */
export interface ThreadSettings {
  readonly layer: LayerChoice;
  /** See Budget: the host's counters, and what this thread has of them. */
  readonly budget: SharedArrayBuffer;
  readonly ownBudget: SharedArrayBuffer;
  /** See ThreadBoard. */
  readonly board: SharedArrayBuffer;
  /** The file tree that calls start from; its files are shared memory. */
  readonly root: TemplateDirectory;
  /** Compare every reset Faaslet with a fresh one. */
  readonly audit: boolean;
  /** See STEPS_BACK. */
  readonly stepsBack: number;
  /** Folder of compiled code; absent: none is kept. */
  readonly compileCache: string | undefined;
}

/** One call for a thread. */
export interface CallOrder {
  readonly id: number;
  /** FunctionSpec.handle; the function was loaded before. */
  readonly handle: number;
  /** Slot on the board's claim table: whoever claims it first, thread or scheduler, has the call. */
  readonly slot: number;
  readonly input: Uint8Array;
  readonly cmdline: string;
  readonly timeoutMs: number;
  readonly cpuMs: number;
  /** Whether the thread says when the call is first suspended: asked for until the function is known. */
  readonly report: boolean;
}

/** What became of a call, as its thread reports it. */
export interface CallReport {
  readonly id: number;
  readonly returnValue?: number;
  readonly error?: ErrorRecord;
  /** Output that has not been posted before. */
  readonly output: readonly Uint8Array[];
  readonly log: Uint8Array;
  readonly start: StartKind;
  readonly initMs: number;
  readonly runMs: number;
  readonly cpuMs: number;
  /** The longest single turn in CPU time, wall time where that is unknown: tells CPU-bound functions from the rest. */
  readonly longestTurnMs: number;
  readonly peakPages: number;
  /** See FileUse. */
  readonly peakFileBytes: number;
  readonly peakOpenFiles: number;
}

/** A batch as it is posted. `rest` holds what is rare: by index in the batch. */
export interface Frame<Rest> {
  readonly numbers: Float64Array;
  readonly bytes: Uint8Array;
  readonly rest: readonly (readonly [index: number, rest: Rest])[];
}

/** What few orders have: arguments, or an input too large to be copied into the frame. */
export interface OrderRest {
  readonly cmdline?: string;
  readonly input?: Uint8Array;
}

/** What few reports have. */
export interface ReportRest {
  readonly error?: ErrorRecord;
  readonly output?: readonly Uint8Array[];
}

/** To a thread. */
export type ToThread =
  | { readonly kind: 'load'; readonly spec: FunctionSpec; readonly ownUserBudget: SharedArrayBuffer }
  | { readonly kind: 'proto'; readonly handle: number; readonly proto: ProtoFunction }
  | { readonly kind: 'calls'; readonly frame: Frame<OrderRest> }
  | { readonly kind: 'cancel'; readonly call: number }
  | { readonly kind: 'state'; readonly request: number; readonly answer: StateAnswer }
  | { readonly kind: 'regionReplaced'; readonly user: string; readonly key: string }
  | { readonly kind: 'file'; readonly request: number; readonly answer: FileAnswer }
  | { readonly kind: 'forget'; readonly handle: number }
  /** The host is short of memory: give back what idle Faaslets hold. */
  | { readonly kind: 'relieve' }
  | { readonly kind: 'stop' };

/** From a thread. */
export type FromThread =
  /** `systemThread`: see priority.ts. */
  | { readonly kind: 'ready'; readonly layer: LayerName; readonly reason?: string; readonly systemThread?: number }
  | { readonly kind: 'done'; readonly frame: Frame<ReportRest> }
  | { readonly kind: 'output'; readonly call: number; readonly chunks: readonly Uint8Array[] }
  | { readonly kind: 'suspended'; readonly call: number; readonly turnMs: number }
  | { readonly kind: 'proto'; readonly handle: number; readonly proto: ProtoFunction }
  /** A function version has been dropped as asked. */
  | { readonly kind: 'forgotten'; readonly handle: number }
  | {
      readonly kind: 'state';
      readonly request: number;
      readonly call: number;
      readonly user: string;
      readonly key: string;
      readonly ask: StateRequest;
    }
  /** A call that has asked for locks has ended. */
  | { readonly kind: 'stateEnded'; readonly call: number }
  | { readonly kind: 'file'; readonly request: number; readonly user: string; readonly ask: FileRequest }
  /** Contents of shared files that are not used any more. */
  | { readonly kind: 'filesReleased'; readonly holds: readonly number[] }
  | { readonly kind: 'audit'; readonly handle: number; readonly equal: boolean; readonly detail: string };
