import { createHash } from 'node:crypto';
import { FaasmError, toFaasmError } from './core/errors.ts';
import { DEFAULT_LIMITS, type Limits, PAGE_BYTES } from './core/limits.ts';
import { checkName, type FunctionRef, refName } from './core/names.ts';
import type { FunctionSettings, FunctionStore, StoredFunction, UploadReceipt } from './core/ports.ts';
import { catalogue } from './host/groups.ts';
import type { ModuleArtifact } from './module/artifact.ts';
import { deriveArtifact } from './module/pipeline.ts';
import { type FunctionState, functionState } from './scheduler/function-state.ts';

/** Functions of this host, ready to run: uploads go through the module pipeline once and are compiled once. */
export class FunctionCatalogue {
  readonly #store: FunctionStore;
  readonly #limits: Limits;
  readonly #retired: (fn: FunctionState) => void;
  readonly #loaded = new Map<string, FunctionState>();
  readonly #byHandle = new Map<number, FunctionState>();
  readonly #loading = new Map<string, Promise<FunctionState>>();
  #nextHandle = 1;

  /** `retired` is told every version that a newer one has replaced. */
  constructor(store: FunctionStore, limits: Partial<Limits>, retired: (fn: FunctionState) => void) {
    this.#store = store;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#retired = retired;
  }

  /** See Runtime.upload. */
  async upload(ref: FunctionRef, wasm: Uint8Array, settings: FunctionSettings): Promise<UploadReceipt> {
    checkName(ref.user, 'user');
    checkName(ref.function, 'function');
    const version = createHash('sha256').update(wasm).digest('hex');
    const stored: StoredFunction = { user: ref.user, function: ref.function, version, wasm, settings };
    // Prepared first: what cannot run is not kept.
    const fn = await this.#prepare(stored);
    await this.#store.put(stored);
    this.#use(fn);
    const reasons = fn.spec.artifact.unprovable;
    return { user: ref.user, function: ref.function, version, resettable: reasons.length === 0, reasons };
  }

  /** The newest version of a function. Throws `FUNCTION_NOT_FOUND`, `INVALID_NAME`. */
  find(ref: FunctionRef): FunctionState | Promise<FunctionState> {
    return this.#loaded.get(refName(ref)) ?? this.#load(ref);
  }

  /** Names of all functions. */
  list(): Promise<readonly FunctionRef[]> {
    return this.#store.list();
  }

  /** Forgets a retired version that nothing uses any more. */
  drop(handle: number): void {
    this.#byHandle.delete(handle);
  }

  /** The version with this handle, retired or not. */
  byHandle(handle: number): FunctionState | undefined {
    return this.#byHandle.get(handle);
  }

  #load(ref: FunctionRef): Promise<FunctionState> {
    const name = refName(ref);
    const loading = this.#loading.get(name) ?? this.#fromStore(ref).finally(() => this.#loading.delete(name));
    this.#loading.set(name, loading);
    return loading;
  }

  async #fromStore(ref: FunctionRef): Promise<FunctionState> {
    checkName(ref.user, 'user');
    checkName(ref.function, 'function');
    const stored = await this.#store.get(ref);
    if (stored === undefined) {
      throw new FaasmError(
        'FUNCTION_NOT_FOUND',
        `No function ${refName(ref)}: upload it first (PUT /f/${refName(ref)}).`,
      );
    }
    const fn = await this.#prepare(stored);
    this.#use(fn);
    return fn;
  }

  async #prepare({ user, function: name, version, wasm, settings }: StoredFunction): Promise<FunctionState> {
    const { wasm: rewritten, ...artifact } = deriveArtifact(wasm, catalogue);
    const limits: Limits = { ...this.#limits, ...settings.limits };
    checkMemory(artifact, limits);
    const module = await compile(rewritten);
    const handle = this.#nextHandle;
    this.#nextHandle += 1;
    const environment = Object.entries(settings.environment ?? {}).map(([key, value]) => `${key}=${value}`);
    return functionState({ user, function: name, version, handle, module, artifact, limits, environment });
  }

  #use(fn: FunctionState): void {
    const before = this.#loaded.get(refName(fn.spec));
    this.#loaded.set(refName(fn.spec), fn);
    this.#byHandle.set(fn.spec.handle, fn);
    if (before === undefined) return;
    before.retired = true;
    this.#retired(before);
  }
}

function checkMemory({ memory }: Pick<ModuleArtifact, 'memory'>, limits: Limits): void {
  const bytes = memory.initialPages * PAGE_BYTES;
  if (bytes <= limits.memoryBytes) return;
  throw new FaasmError(
    'MODULE_UNSUPPORTED',
    `The module starts with ${bytes} bytes of memory, more than the function's limit of ${limits.memoryBytes} bytes.`,
  );
}

/** V8 validates while it compiles: what the pipeline has not looked at (types of instructions) is refused here. */
async function compile(wasm: Uint8Array): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(wasm);
  } catch (cause) {
    const message = toFaasmError(cause).message.replace(/^Unexpected error: /, '');
    throw new FaasmError('MODULE_INVALID', `The module is not valid WebAssembly: ${message}`, cause);
  }
}
