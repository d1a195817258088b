import { environmentPairs } from './core/default-environment.ts';
import { FaasmError, toFaasmError } from './core/errors.ts';
import type { FunctionDocument } from './core/function-document.ts';
import { capped, type Limits, PAGE_BYTES } from './core/limits.ts';
import type { FunctionSpec } from './faaslet/loaded-function.ts';
import { catalogue } from './host/groups.ts';
import type { ModuleArtifact } from './module/artifact.ts';
import { deriveArtifact } from './module/pipeline.ts';

/** What code becomes, whatever its settings: shared by all versions with the same code. */
export interface PreparedCode {
  readonly sha256: string;
  readonly module: WebAssembly.Module;
  readonly artifact: Omit<ModuleArtifact, 'wasm'>;
}

/** Checks, rewrites and compiles code. Waits for V8. Throws `MODULE_*`. */
export async function prepareCode(sha256: string, wasm: Uint8Array): Promise<PreparedCode> {
  const { wasm: rewritten, ...artifact } = deriveArtifact(wasm, catalogue);
  return { sha256, module: await compile(rewritten), artifact };
}

/** What a host has to say about its functions. */
export interface HostRules {
  /** For what a function's document leaves open. */
  readonly limits: Limits;
  /** Variables that every function has, besides its own. */
  readonly environment: Readonly<Record<string, string>>;
  /** What holds whatever the document says: it may come from a host with other ceilings. */
  readonly ceilings: Limits;
}

/** What threads need to know of a version. Throws `MODULE_UNSUPPORTED`. */
export function functionSpec(
  document: Pick<FunctionDocument, 'user' | 'function' | 'version' | 'settings'>,
  { module, artifact }: PreparedCode,
  options: HostRules & { readonly handle: number; readonly userBudget: SharedArrayBuffer },
): FunctionSpec {
  const { user, function: name, version, settings } = document;
  const { handle, userBudget } = options;
  const limits = capped({ ...options.limits, ...settings.limits }, options.ceilings);
  checkMemory(artifact, limits);
  const environment = environmentPairs(options.environment, settings.environment ?? {});
  const { state = 'write', files = 'write' } = settings.grants ?? {};
  const grants = { state, files };
  return { user, function: name, version, handle, module, artifact, limits, environment, grants, userBudget };
}

function checkMemory({ memory }: Pick<ModuleArtifact, 'memory'>, limits: Limits): void {
  const bytes = memory.initialPages * PAGE_BYTES;
  if (bytes <= limits.memoryBytes) return;
  throw new FaasmError(
    'MODULE_UNSUPPORTED',
    `The module starts with ${bytes} bytes of memory, more than the function's limit of ${limits.memoryBytes} bytes. ` +
      'Upload it with a higher one: faasm upload --memory, or PUT /v1/functions/<user>/<function>?memory=<bytes>.',
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
