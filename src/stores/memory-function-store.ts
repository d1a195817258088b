import { type FunctionRef, refName } from '../core/names.ts';
import type { FunctionStore, StoredFunction } from '../core/ports.ts';

/** A function store that lives as long as the process. Keeps and hands out copies of the bytes. */
export function memoryFunctionStore(): FunctionStore {
  const functions = new Map<string, StoredFunction>();
  return {
    async put(stored) {
      functions.set(refName(stored), copy(stored));
    },
    async get(ref) {
      const stored = functions.get(refName(ref));
      return stored === undefined ? undefined : copy(stored);
    },
    async list() {
      return [...functions.values()].map(({ user, function: name }) => ({ user, function: name })).sort(byName);
    },
  };
}

function copy(stored: StoredFunction): StoredFunction {
  // Not slice(): on a Buffer that is a view.
  return { ...stored, wasm: new Uint8Array(stored.wasm), settings: structuredClone(stored.settings) };
}

function byName(a: FunctionRef, b: FunctionRef): number {
  return refName(a) < refName(b) ? -1 : 1;
}
