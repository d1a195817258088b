import { FaasmError } from '../core/errors.ts';
import { findHostFunction } from '../host/groups.ts';
import type { ModuleArtifact } from '../module/artifact.ts';
import { type GuestThread, hostCall } from './guest-thread.ts';

/** The imports of a module, made once per thread and function, shared by all its instances. */
export interface Linkage {
  readonly imports: WebAssembly.Imports;
  /** Whether a call can be suspended: its entry must then be called through `WebAssembly.promising`. */
  readonly waits: boolean;
}

/** Links what `artifact` imports to the host interface. The upload has checked that everything exists. */
export function link(artifact: Pick<ModuleArtifact, 'imports'>, thread: GuestThread): Linkage {
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  const opens = artifact.imports.some(({ name }) => name === 'path_open');
  let waits = false;
  for (const { module, name } of artifact.imports) {
    const found = findHostFunction(module, name);
    if (found === undefined) throw new FaasmError('MODULE_IMPORTS', `The host has no ${module}.${name}.`);
    const call = hostCall(thread, found.call);
    const group = imports[module] ?? {};
    imports[module] = group;
    // A Suspending import always suspends, so only functions that may wait pay for it.
    const mayWait = found.waits === 'with-files' ? opens : found.waits === true;
    group[name] = mayWait ? new WebAssembly.Suspending(call) : call;
    waits ||= mayWait;
  }
  return { imports, waits };
}

/** (module (import "h" "g" (func (param i32) (result i32))) (export "g" (func 0))) */
const GROW_MODULE = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f, 2, 7, 1, 1, 0x68, 1, 0x67, 0, 0, 7, 5, 1, 1, 0x67,
  0, 0,
]);

/** The thread's grow function as a wasm function, which the host table of every module takes. */
export function growFunction(thread: GuestThread): WebAssembly.ExportValue {
  const g = hostCall(thread, (guest, pages: number) => guest.grow(pages >>> 0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(GROW_MODULE), { h: { g } });
  return exports['g'] as WebAssembly.ExportValue;
}
