import { checkKey } from '../core/names.ts';
import type { HostContext, HostFunction, MaybePromise } from './context.ts';
import { refuse } from './refuse.ts';

/**
 * State, module `env` (Faasm's host interface, both ABI generations). Keys are NUL-terminated. Everything here waits,
 * and returns the promise of the state layer as it is: no host code may run once the guest has been suspended, so the
 * layer is given addresses and copies itself. A bad pointer or key ends the call with `BAD_POINTER` or `INVALID_NAME`.
 */
export const STATE_FUNCTIONS: readonly HostFunction[] = [
  // The 2020 ABI declares it without a result.
  {
    name: '__faasm_read_state',
    params: ['i32', 'i32', 'i32'],
    result: 'i32',
    resultOptional: true,
    waits: true,
    call: readState,
  },
  { name: '__faasm_read_state_ptr', params: ['i32', 'i32'], result: 'i32', waits: true, call: readStatePointer },
  { name: '__faasm_write_state', params: ['i32', 'i32', 'i32'], waits: true, call: writeState },
  { name: '__faasm_push_state', params: ['i32'], waits: true, call: pushState },
];

/** `__faasm_read_state(key, buffer, length)`: the value's size for length 0, else the number of bytes copied. */
function readState(context: HostContext, key: number, buffer: number, length: number): MaybePromise<number> {
  const name = keyAt(context, key, 'read');
  if (length === 0) return context.state.size(name);
  context.memory.check(buffer, length); // refuse a bad buffer before anything is fetched
  return context.state.read(name, buffer >>> 0, length >>> 0);
}

/** `__faasm_read_state_ptr(key, length)`: maps the value; the same address whenever one Faaslet asks again. */
function readStatePointer(context: HostContext, key: number, length: number): MaybePromise<number> {
  // Whoever has the pointer can write: WebAssembly knows no read-only memory.
  return context.state.pointer(keyAt(context, key, 'write'), length >>> 0);
}

/** `__faasm_write_state(key, data, length)`: writes on this host only, see {@link pushState}. */
function writeState(context: HostContext, key: number, data: number, length: number): MaybePromise<void> {
  context.memory.check(data, length);
  return context.state.write(keyAt(context, key, 'write'), data >>> 0, length >>> 0);
}

/** `__faasm_push_state(key)`: sends the value to the global tier if it is dirty. */
function pushState(context: HostContext, key: number): MaybePromise<void> {
  return context.state.push(keyAt(context, key, 'write'));
}

/** The key at `address`, if the function may use state that way. Ends the call with `GRANT_MISSING`. */
function keyAt(context: HostContext, address: number, use: 'read' | 'write'): string {
  const { state } = context.grants;
  if (state === 'none' || (use === 'write' && state === 'read')) {
    refuse(
      context,
      `The function may ${state === 'read' ? 'only read state' : 'use no state'}: its document has grants.state = ${state}.`,
    );
  }
  return checkKey(context.memory.string(address));
}
