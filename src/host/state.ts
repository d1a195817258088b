import type { HostContext, HostFunction, MaybePromise, StateSpan } from './context.ts';
import { keyAt } from './state-key.ts';

/**
 * Values of the state, module `env` (Faasm's host interface, both ABI generations). Keys are NUL-terminated. Everything here waits,
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
  {
    name: '__faasm_read_state_offset',
    params: ['i32', 'i32', 'i32', 'i32', 'i32'],
    waits: true,
    call: readStateOffset,
  },
  {
    name: '__faasm_read_state_offset_ptr',
    params: ['i32', 'i32', 'i32', 'i32'],
    result: 'i32',
    waits: true,
    call: readStateOffsetPointer,
  },
  {
    name: '__faasm_write_state_offset',
    params: ['i32', 'i32', 'i32', 'i32', 'i32'],
    waits: true,
    call: writeStateOffset,
  },
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

/** `__faasm_write_state(key, data, length)`: writes on this host only. */
function writeState(context: HostContext, key: number, data: number, length: number): MaybePromise<void> {
  context.memory.check(data, length);
  return context.state.write(keyAt(context, key, 'write'), data >>> 0, length >>> 0);
}

/** `__faasm_read_state_offset(key, totalLength, offset, buffer, length)`: copies a part of the value. */
function readStateOffset(
  context: HostContext,
  key: number,
  total: number,
  offset: number,
  buffer: number,
  length: number,
): MaybePromise<void> {
  const name = keyAt(context, key, 'read');
  context.memory.check(buffer, length);
  return context.state.readSpan(name, spanOf(total, offset, length), buffer >>> 0);
}

/** `__faasm_read_state_offset_ptr(key, totalLength, offset, length)`: the address of a part, which is fetched alone. */
function readStateOffsetPointer(
  context: HostContext,
  key: number,
  total: number,
  offset: number,
  length: number,
): MaybePromise<number> {
  return context.state.pointer(keyAt(context, key, 'write'), total >>> 0, spanOf(total, offset, length));
}

/** `__faasm_write_state_offset(key, totalLength, offset, data, length)`: writes a part on this host only. */
function writeStateOffset(
  context: HostContext,
  key: number,
  total: number,
  offset: number,
  data: number,
  length: number,
): MaybePromise<void> {
  context.memory.check(data, length);
  return context.state.writeSpan(keyAt(context, key, 'write'), spanOf(total, offset, length), data >>> 0);
}

function spanOf(total: number, offset: number, length: number): StateSpan {
  return { totalBytes: total >>> 0, offset: offset >>> 0, length: length >>> 0 };
}
