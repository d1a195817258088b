import { Budget } from '../core/budget.ts';
import type { Grants } from '../core/function-document.ts';
import type { Limits } from '../core/limits.ts';
import type { FunctionRef } from '../core/names.ts';
import type { ModuleArtifact } from '../module/artifact.ts';
import type { GuestThread } from './guest-thread.ts';
import { type Linkage, link } from './linker.ts';
import type { ProtoFunction } from './proto-function.ts';

/** What threads need to know of a version of a function; posted to a thread before its first call. */
export interface FunctionSpec extends FunctionRef {
  /** Short name of the version within this process. */
  readonly handle: number;
  readonly version: string;
  readonly module: WebAssembly.Module;
  /** Without the rewritten binary, which only compilation needs. */
  readonly artifact: Omit<ModuleArtifact, 'wasm'>;
  readonly limits: Limits;
  readonly environment: readonly string[];
  readonly grants: Required<Grants>;
  /** Counters of what all calls of its user have of this host, see Budget. */
  readonly userBudget: SharedArrayBuffer;
}

/** A function as one thread holds it. */
export interface LoadedFunction extends FunctionSpec {
  readonly linkage: Linkage;
  /** What its user may have, as this thread takes of it. */
  readonly tenant: Budget;
  /** Absent until some thread has made it, and for modules that cannot be snapshot. */
  proto: ProtoFunction | undefined;
  /** Bytes of a large image, to copy dirty pages back from; see MemoryLayer.viewImage. */
  imageView: ArrayBuffer | undefined;
  /** Pages that its calls have come to need: the next memory is taken that large. */
  typicalPages: number;
  /** Whether the module writes output by `__faasm_write_output`; then its stdout is log. */
  readonly writesOutput: boolean;
}

/** Links `spec` for a thread, which counts in `ownUserBudget` what it takes of the user's budget. */
export function loadFunction(
  spec: FunctionSpec,
  thread: GuestThread,
  ownUserBudget: SharedArrayBuffer,
): LoadedFunction {
  return {
    ...spec,
    tenant: new Budget(spec.userBudget, ownUserBudget),
    linkage: link(spec.artifact, thread),
    proto: undefined,
    imageView: undefined,
    typicalPages: spec.artifact.memory.initialPages,
    writesOutput: spec.artifact.imports.some(({ name }) => name === '__faasm_write_output'),
  };
}
