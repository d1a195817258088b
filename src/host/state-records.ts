import type { HostContext, HostFunction, MaybePromise } from './context.ts';
import { keyAt } from './state-key.ts';

/**
 * State that the global tier itself changes, module `env`: appended records, integers, comparisons. Each is one step
 * for all hosts. See state.ts for what holds for all of them.
 */
export const STATE_RECORD_FUNCTIONS: readonly HostFunction[] = [
  { name: '__faasm_append_state', params: ['i32', 'i32', 'i32'], waits: true, call: append },
  { name: '__faasm_read_appended_state', params: ['i32', 'i32', 'i32', 'i32'], waits: true, call: readAppended },
  { name: '__faasm_clear_appended_state', params: ['i32'], waits: true, call: clearAppended },
  { name: '__faasm_state_add', params: ['i32', 'i32', 'i64', 'i32'], result: 'i64', waits: true, call: add },
  {
    name: '__faasm_state_compare_and_set',
    params: ['i32', 'i32', 'i32', 'i32', 'i32'],
    result: 'i32',
    waits: true,
    call: compareAndSet,
  },
];

/** Bytes that a comparison takes at most. */
const COMPARED_MAX_BYTES = 64 * 1024;

/** `__faasm_append_state(key, data, length)`: appends a record. */
function append(context: HostContext, key: number, data: number, length: number): MaybePromise<void> {
  context.memory.check(data, length);
  return context.state.append(keyAt(context, key, 'write'), data >>> 0, length >>> 0);
}

/** `__faasm_read_appended_state(key, buffer, length, count)`: the first records, one after the other; they stay. */
function readAppended(
  context: HostContext,
  key: number,
  buffer: number,
  length: number,
  count: number,
): MaybePromise<void> {
  context.memory.check(buffer, length);
  return context.state.readAppended(keyAt(context, key, 'read'), buffer >>> 0, length >>> 0, count >>> 0);
}

/** `__faasm_clear_appended_state(key)`: removes all records. */
function clearAppended(context: HostContext, key: number): MaybePromise<void> {
  return context.state.clearAppended(keyAt(context, key, 'write'));
}

/** `__faasm_state_add(key, offset, delta, width)`: adds to an integer of 4 or 8 bytes; answers what it is then. */
function add(context: HostContext, key: number, offset: number, delta: bigint, width: number): MaybePromise<bigint> {
  if (width !== 4 && width !== 8) {
    return context.fail('BAD_REQUEST', `An integer of state has 4 or 8 bytes, not ${width >>> 0}.`);
  }
  return context.state.add(keyAt(context, key, 'write'), offset >>> 0, delta, width);
}

/** `__faasm_state_compare_and_set(key, offset, expected, replacement, length)`: 1 if the bytes were as expected. */
function compareAndSet(
  context: HostContext,
  key: number,
  offset: number,
  expected: number,
  replacement: number,
  length: number,
): MaybePromise<number> {
  const name = keyAt(context, key, 'write');
  if (length >>> 0 > COMPARED_MAX_BYTES) {
    context.fail('BAD_REQUEST', `At most ${COMPARED_MAX_BYTES} bytes of state are compared at once.`);
  }
  const { memory, state } = context;
  return state.compareAndSet(
    name,
    offset >>> 0,
    memory.slice(expected, length).slice(),
    memory.slice(replacement, length).slice(),
  );
}
