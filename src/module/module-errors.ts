import { FaasmError } from '../core/errors.ts';

/** `MODULE_INVALID`: the bytes at offset `at` are not WebAssembly. `what` is a clause without a full stop. */
export function invalidModule(at: number, what: string): FaasmError {
  return new FaasmError(
    'MODULE_INVALID',
    `Invalid WebAssembly binary at byte ${at}: ${what}. Check that the upload is the complete output of a compiler.`,
  );
}

/** `MODULE_UNSUPPORTED`: valid perhaps, but not allowed here. `advice` is a sentence that says what to do. */
export function unsupportedModule(at: number, what: string, advice: string): FaasmError {
  return new FaasmError('MODULE_UNSUPPORTED', `The module uses ${what} (at byte ${at}). ${advice}`);
}

/** A name from an upload, quoted for messages: control characters escaped, cut at 100 characters. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}
