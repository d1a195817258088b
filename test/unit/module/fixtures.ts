import wabt from 'wabt';
import { type FaasmError, isFaasmError } from '../../../src/core/errors.ts';
import {
  type FunctionType,
  HOST_NAMES,
  type ImportCatalogue,
  type ModuleArtifact,
  type ValueType,
} from '../../../src/module/artifact.ts';
import { deriveArtifact } from '../../../src/module/pipeline.ts';

const FEATURES = {
  exceptions: true,
  mutable_globals: true,
  sat_float_to_int: true,
  sign_extension: true,
  simd: true,
  threads: true,
  function_references: true,
  multi_value: true,
  tail_call: true,
  bulk_memory: true,
  reference_types: true,
  gc: true,
  memory64: true,
  multi_memory: true,
  extended_const: true,
  relaxed_simd: true,
};

const toolkit = await wabt();

/** Assembles WAT. `check` false leaves an invalid module as it is. */
export function assemble(wat: string, check = true): Uint8Array {
  const module = toolkit.parseWat('fixture.wat', wat, FEATURES);
  try {
    const bytes = new Uint8Array(module.toBinary({ write_debug_names: true }).buffer);
    // V8's opinion counts, and it says what is wrong; wabt's own validation lags behind the features.
    if (check) new WebAssembly.Module(bytes);
    return bytes;
  } finally {
    module.destroy();
  }
}

/** A module `wat` fills, with an entry point. */
export function withEntry(wat: string): string {
  return `(module ${wat} (func (export "_start")))`;
}

/** A binary of the given sections behind the header. */
export function binary(...sections: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()]);
}

/** A section of fewer than 128 bytes. */
export function section(id: number, ...content: readonly number[]): number[] {
  return [id, content.length, ...content];
}

/** Bytes of a length-prefixed name. */
export function name(text: string): number[] {
  const encoded = [...new TextEncoder().encode(text)];
  return [encoded.length, ...encoded];
}

/** Type () -> (), one function of it exported as `_start`. */
export const START = {
  types: section(1, 1, 0x60, 0, 0),
  functions: section(3, 1, 0),
  exports: section(7, 1, ...name('_start'), 0, 0),
  /** A code section whose one body holds `instructions`, without locals; `end` is added. */
  code: (...instructions: readonly number[]): number[] =>
    section(10, 1, instructions.length + 2, 0, ...instructions, 0x0b),
};

/** A host with `functions`, by "module name". */
export function catalogueOf(functions: Readonly<Record<string, readonly FunctionType[]>> = {}): ImportCatalogue {
  return (module, field) => functions[`${module} ${field}`];
}

/** A signature: `signature(['i32'], ['i64'])`. */
export function signature(params: readonly ValueType[] = [], results: readonly ValueType[] = []): FunctionType {
  return { params, results };
}

/** The artifact of a WAT module. */
export function derive(wat: string, catalogue: ImportCatalogue = catalogueOf()): ModuleArtifact {
  return deriveArtifact(assemble(wat), catalogue);
}

/** What `deriveArtifact` refuses `upload` with. */
export function refusal(upload: Uint8Array, catalogue: ImportCatalogue = catalogueOf()): FaasmError {
  try {
    deriveArtifact(upload, catalogue);
  } catch (error) {
    if (isFaasmError(error)) return error;
    throw error;
  }
  throw new Error('The module was accepted.');
}

/** Bytes of `artifact` between the pieces of its image too, up to the end of the last piece. */
export function flatImage(artifact: ModuleArtifact): Uint8Array {
  const last = artifact.image.at(-1);
  const whole = new Uint8Array(last === undefined ? 0 : last.offset + last.bytes.length);
  for (const { offset, bytes } of artifact.image) whole.set(bytes, offset);
  return whole;
}

/** A running rewritten module with the smallest possible host. */
export interface Running {
  readonly memory: WebAssembly.Memory;
  readonly exports: Record<string, WebAssembly.ExportValue>;
  call(field: string, ...args: unknown[]): unknown;
  /** Deltas for which the module asked the host. */
  readonly asked: number[];
}

const GROW_SHIM = assemble(
  '(module (import "h" "grow" (func $g (param i32) (result i32))) (func (export "grow") (param i32) (result i32) local.get 0 call $g))',
);

/** Instantiates `artifact` as the host would: own memory, image, host table, start function. */
export function run(artifact: ModuleArtifact, imports: WebAssembly.Imports = {}): Running {
  const { initialPages, maximumPages, sized, grows } = artifact.memory;
  const memory = new WebAssembly.Memory({ initial: initialPages, maximum: 65_536 });
  const module = new WebAssembly.Module(artifact.wasm);
  const instance = new WebAssembly.Instance(module, { ...imports, [HOST_NAMES.module]: { memory } });
  const { exports } = instance;
  const asked: number[] = [];
  const grow = (delta: number): number => {
    asked.push(delta);
    const size = exports[HOST_NAMES.size] as WebAssembly.Global;
    const granted = exports[HOST_NAMES.granted] as WebAssembly.Global;
    const old: number = size.value;
    if (old + (delta >>> 0) > maximumPages) return -1;
    try {
      memory.grow(delta);
    } catch {
      return -1;
    }
    size.value = old + delta;
    granted.value = old + delta;
    return old;
  };
  if (grows) {
    const shim = new WebAssembly.Instance(new WebAssembly.Module(GROW_SHIM), { h: { grow } });
    (exports[HOST_NAMES.hostTable] as WebAssembly.Table).set(0, shim.exports['grow']);
  }
  if (sized !== HOST_NAMES.size in exports) throw new Error('memory.sized does not say what is exported');
  for (const { offset, bytes } of artifact.image) new Uint8Array(memory.buffer).set(bytes, offset);
  const call = (field: string, ...args: unknown[]): unknown =>
    (exports[field] as (...a: unknown[]) => unknown)(...args);
  if (artifact.start) call(HOST_NAMES.start);
  return { memory, exports, call, asked };
}

/** What calling gave: a value, or the message of the trap. */
export function outcome(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return `trap: ${(error as Error).message}`;
  }
}
