// Faasm guest SDK for AssemblyScript: `import { getInputText, setOutputText } from "faasm"`.
// A module imports only the host functions it calls. State keys are text.

// @ts-ignore: decorator
@external("env", "__faasm_read_input")
declare function __faasm_read_input(buffer: usize, length: i32): i32;
// @ts-ignore: decorator
@external("env", "__faasm_write_output")
declare function __faasm_write_output(output: usize, length: i32): void;
// @ts-ignore: decorator
@external("env", "__faasm_read_state")
declare function __faasm_read_state(key: usize, buffer: usize, length: i32): i32;
// @ts-ignore: decorator
@external("env", "__faasm_read_state_ptr")
declare function __faasm_read_state_ptr(key: usize, length: i32): usize;
// @ts-ignore: decorator
@external("env", "__faasm_write_state")
declare function __faasm_write_state(key: usize, data: usize, length: i32): void;
// @ts-ignore: decorator
@external("env", "__faasm_read_state_offset")
declare function __faasm_read_state_offset(key: usize, total: i32, offset: i32, buffer: usize, length: i32): void;
// @ts-ignore: decorator
@external("env", "__faasm_read_state_offset_ptr")
declare function __faasm_read_state_offset_ptr(key: usize, total: i32, offset: i32, length: i32): usize;
// @ts-ignore: decorator
@external("env", "__faasm_write_state_offset")
declare function __faasm_write_state_offset(key: usize, total: i32, offset: i32, data: usize, length: i32): void;
// @ts-ignore: decorator
@external("env", "__faasm_write_state_from_file")
declare function __faasm_write_state_from_file(key: usize, path: usize): i32;
// @ts-ignore: decorator
@external("env", "__faasm_flag_state_dirty")
declare function __faasm_flag_state_dirty(key: usize, total: i32): void;
// @ts-ignore: decorator
@external("env", "__faasm_flag_state_offset_dirty")
declare function __faasm_flag_state_offset_dirty(key: usize, total: i32, offset: i32, length: i32): void;
// @ts-ignore: decorator
@external("env", "__faasm_push_state")
declare function __faasm_push_state(key: usize): void;
// @ts-ignore: decorator
@external("env", "__faasm_push_state_partial")
declare function __faasm_push_state_partial(key: usize): void;
// @ts-ignore: decorator
@external("env", "__faasm_push_state_partial_mask")
declare function __faasm_push_state_partial_mask(key: usize, mask: usize): void;
// @ts-ignore: decorator
@external("env", "__faasm_pull_state")
declare function __faasm_pull_state(key: usize, length: i32): void;
// @ts-ignore: decorator
@external("env", "__faasm_append_state")
declare function __faasm_append_state(key: usize, data: usize, length: i32): void;
// @ts-ignore: decorator
@external("env", "__faasm_read_appended_state")
declare function __faasm_read_appended_state(key: usize, buffer: usize, length: i32, count: i32): void;
// @ts-ignore: decorator
@external("env", "__faasm_clear_appended_state")
declare function __faasm_clear_appended_state(key: usize): void;
// @ts-ignore: decorator
@external("env", "__faasm_state_add")
declare function __faasm_state_add(key: usize, offset: i32, delta: i64, width: i32): i64;
// @ts-ignore: decorator
@external("env", "__faasm_state_compare_and_set")
declare function __faasm_state_compare_and_set(key: usize, offset: i32, expected: usize, replacement: usize, length: i32): i32;
// @ts-ignore: decorator
@external("env", "__faasm_lock_state_read")
declare function __faasm_lock_state_read(key: usize): void;
// @ts-ignore: decorator
@external("env", "__faasm_unlock_state_read")
declare function __faasm_unlock_state_read(key: usize): void;
// @ts-ignore: decorator
@external("env", "__faasm_lock_state_write")
declare function __faasm_lock_state_write(key: usize): void;
// @ts-ignore: decorator
@external("env", "__faasm_unlock_state_write")
declare function __faasm_unlock_state_write(key: usize): void;
// @ts-ignore: decorator
@external("env", "__faasm_lock_state_global")
declare function __faasm_lock_state_global(key: usize): void;
// @ts-ignore: decorator
@external("env", "__faasm_unlock_state_global")
declare function __faasm_unlock_state_global(key: usize): void;
// @ts-ignore: decorator
@external("env", "__faasm_conf_flag")
declare function __faasm_conf_flag(flag: usize): i32;
// @ts-ignore: decorator
@external("env", "__faasm_backtrace")
declare function __faasm_backtrace(depth: i32): void;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "args_sizes_get")
declare function args_sizes_get(count: usize, size: usize): u16;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "args_get")
declare function args_get(pointers: usize, text: usize): u16;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "environ_sizes_get")
declare function environ_sizes_get(count: usize, size: usize): u16;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "environ_get")
declare function environ_get(pointers: usize, text: usize): u16;

/** The call's input. */
export function getInput(): Uint8Array {
  const size = __faasm_read_input(0, 0);
  const bytes = new Uint8Array(size);
  // A length of 0 would ask for the size; there is nothing to copy then.
  if (size > 0) __faasm_read_input(bytes.dataStart, size);
  return bytes;
}

/** The call's input, read as UTF-8. */
export function getInputText(): string {
  return String.UTF8.decode(getInput().buffer);
}

/** Sets the call's output, in place of what was set before. The bytes are copied. */
export function setOutput(bytes: Uint8Array): void {
  __faasm_write_output(bytes.dataStart, bytes.length);
}

/** Sets the call's output to `text` in UTF-8. */
export function setOutputText(text: string): void {
  const bytes = String.UTF8.encode(text);
  __faasm_write_output(changetype<usize>(bytes), bytes.byteLength);
}

/** Size of the value at `key` in bytes, 0 when there is none. */
export function readStateSize(key: string): i32 {
  const name = String.UTF8.encode(key, true);
  return __faasm_read_state(changetype<usize>(name), 0, 0);
}

/** A copy of the value at `key`. */
export function readState(key: string): Uint8Array {
  const size = readStateSize(key);
  const bytes = new Uint8Array(size);
  const name = String.UTF8.encode(key, true);
  if (size > 0) __faasm_read_state(changetype<usize>(name), bytes.dataStart, size);
  return bytes;
}

/**
 * Address of the value at `key` itself, shared by every function of this user on this host: use `load`, `store` and
 * `atomic`. A key that holds nothing becomes a value of `totalLength` zero bytes; 0 takes the value as it is.
 */
export function readStatePtr(key: string, totalLength: i32): usize {
  const name = String.UTF8.encode(key, true);
  return __faasm_read_state_ptr(changetype<usize>(name), totalLength);
}

/** Replaces the value at `key` on this host; {@link pushState} makes other hosts see it. */
export function writeState(key: string, bytes: Uint8Array): void {
  const name = String.UTF8.encode(key, true);
  __faasm_write_state(changetype<usize>(name), bytes.dataStart, bytes.length);
}

/** A copy of `length` bytes of the value at `key`, which has `totalLength`, from `offset` on. Fetches no more. */
export function readStateOffset(key: string, totalLength: i32, offset: i32, length: i32): Uint8Array {
  const name = String.UTF8.encode(key, true);
  const bytes = new Uint8Array(length);
  __faasm_read_state_offset(changetype<usize>(name), totalLength, offset, bytes.dataStart, length);
  return bytes;
}

/** Address of the `length` bytes from `offset` on, as {@link readStatePtr}; only they may be used. */
export function readStateOffsetPtr(key: string, totalLength: i32, offset: i32, length: i32): usize {
  const name = String.UTF8.encode(key, true);
  return __faasm_read_state_offset_ptr(changetype<usize>(name), totalLength, offset, length);
}

/** Writes a part of the value at `key`, which has or gets `totalLength` bytes, on this host. */
export function writeStateOffset(key: string, totalLength: i32, offset: i32, bytes: Uint8Array): void {
  const name = String.UTF8.encode(key, true);
  __faasm_write_state_offset(changetype<usize>(name), totalLength, offset, bytes.dataStart, bytes.length);
}

/** Sets the value at `key`, here and in the global tier, to a file; answers its size. */
export function writeStateFromFile(key: string, path: string): i32 {
  const name = String.UTF8.encode(key, true);
  const file = String.UTF8.encode(path, true);
  return __faasm_write_state_from_file(changetype<usize>(name), changetype<usize>(file));
}

/**
 * Says that this call declares what it changes through pointers to the value at `key`. Call it before asking for the
 * pointer: the host then keeps no copy to find out by itself.
 */
export function declareState(key: string): void {
  const name = String.UTF8.encode(key, true);
  __faasm_flag_state_offset_dirty(changetype<usize>(name), 0, 0, 0);
}

/** Declares that all of the value at `key` was changed through a pointer: the next push sends it. */
export function flagStateDirty(key: string, totalLength: i32): void {
  const name = String.UTF8.encode(key, true);
  __faasm_flag_state_dirty(changetype<usize>(name), totalLength);
}

/** Declares that `length` bytes from `offset` on were changed. */
export function flagStateOffsetDirty(key: string, totalLength: i32, offset: i32, length: i32): void {
  const name = String.UTF8.encode(key, true);
  __faasm_flag_state_offset_dirty(changetype<usize>(name), totalLength, offset, length);
}

/** Sends what this host has changed of the value at `key` to the global tier. */
export function pushState(key: string): void {
  const name = String.UTF8.encode(key, true);
  __faasm_push_state(changetype<usize>(name));
}

/** The same, then brings the value up to date. */
export function pushStatePartial(key: string): void {
  const name = String.UTF8.encode(key, true);
  __faasm_push_state_partial(changetype<usize>(name));
}

/** Sends the bytes for which the value at `maskKey`, of the same size, is not 0, zeros that, and brings `key` up to date. */
export function pushStatePartialMask(key: string, maskKey: string): void {
  const name = String.UTF8.encode(key, true);
  const mask = String.UTF8.encode(maskKey, true);
  __faasm_push_state_partial_mask(changetype<usize>(name), changetype<usize>(mask));
}

/** Brings the value at `key` up to what the global tier has. What was changed here and not pushed stays. */
export function pullState(key: string, totalLength: i32): void {
  const name = String.UTF8.encode(key, true);
  __faasm_pull_state(changetype<usize>(name), totalLength);
}

/** Appends a record to those of `key`, in the global tier. They have nothing to do with the value at `key`. */
export function appendState(key: string, bytes: Uint8Array): void {
  const name = String.UTF8.encode(key, true);
  __faasm_append_state(changetype<usize>(name), bytes.dataStart, bytes.length);
}

/** The first `count` records of `key`, one after the other: `totalLength` bytes. They stay. */
export function readAppendedState(key: string, totalLength: i32, count: i32): Uint8Array {
  const name = String.UTF8.encode(key, true);
  const bytes = new Uint8Array(totalLength);
  __faasm_read_appended_state(changetype<usize>(name), bytes.dataStart, totalLength, count);
  return bytes;
}

/** Removes all records of `key`. */
export function clearAppendedState(key: string): void {
  const name = String.UTF8.encode(key, true);
  __faasm_clear_appended_state(changetype<usize>(name));
}

/** Adds to the integer of `width` (4 or 8) bytes at `offset` of `key`, at once for all hosts; answers what it is then. */
export function stateAdd(key: string, offset: i32, delta: i64, width: i32): i64 {
  const name = String.UTF8.encode(key, true);
  return __faasm_state_add(changetype<usize>(name), offset, delta, width);
}

/** Replaces bytes at `offset` of `key` if they are as expected, at once for all hosts; answers whether they were. */
export function stateCompareAndSet(key: string, offset: i32, expected: Uint8Array, replacement: Uint8Array): bool {
  assert(expected.length == replacement.length, "expected and replacement must be of one length");
  const name = String.UTF8.encode(key, true);
  const done = __faasm_state_compare_and_set(
    changetype<usize>(name),
    offset,
    expected.dataStart,
    replacement.dataStart,
    expected.length,
  );
  return done != 0;
}

/** Locks the value at `key` to read, among the calls of this host; waits. The end of the call unlocks it. */
export function lockStateRead(key: string): void {
  const name = String.UTF8.encode(key, true);
  __faasm_lock_state_read(changetype<usize>(name));
}

/** Unlocks it. */
export function unlockStateRead(key: string): void {
  const name = String.UTF8.encode(key, true);
  __faasm_unlock_state_read(changetype<usize>(name));
}

/** Locks the value at `key` to write, among the calls of this host; waits. The end of the call unlocks it. */
export function lockStateWrite(key: string): void {
  const name = String.UTF8.encode(key, true);
  __faasm_lock_state_write(changetype<usize>(name));
}

/** Unlocks it. */
export function unlockStateWrite(key: string): void {
  const name = String.UTF8.encode(key, true);
  __faasm_unlock_state_write(changetype<usize>(name));
}

/** Locks the value at `key` among all hosts; waits. The end of the call unlocks it. */
export function lockStateGlobal(key: string): void {
  const name = String.UTF8.encode(key, true);
  __faasm_lock_state_global(changetype<usize>(name));
}

/** Unlocks it. */
export function unlockStateGlobal(key: string): void {
  const name = String.UTF8.encode(key, true);
  __faasm_unlock_state_global(changetype<usize>(name));
}

/** The words of the call's command line, after the name of the program. */
export function getArguments(): string[] {
  const sizes = new StaticArray<u32>(2);
  args_sizes_get(changetype<usize>(sizes), changetype<usize>(sizes) + 4);
  const pointers = new StaticArray<u32>(sizes[0]);
  const text = new StaticArray<u8>(sizes[1]);
  args_get(changetype<usize>(pointers), changetype<usize>(text));
  return textsAt(pointers).slice(1);
}

/** The environment variable `name`, null when there is none. */
export function getEnvironment(name: string): string | null {
  const sizes = new StaticArray<u32>(2);
  environ_sizes_get(changetype<usize>(sizes), changetype<usize>(sizes) + 4);
  const pointers = new StaticArray<u32>(sizes[0]);
  const text = new StaticArray<u8>(sizes[1]);
  environ_get(changetype<usize>(pointers), changetype<usize>(text));
  const pairs = textsAt(pointers);
  const start = `${name}=`;
  for (let index = 0; index < pairs.length; index++) {
    if (pairs[index].startsWith(start)) return pairs[index].substring(start.length);
  }
  return null;
}

/** Whether a flag of the host is on; the call's log names a flag that does not exist. */
export function getConfFlag(flag: string): bool {
  const name = String.UTF8.encode(flag, true);
  return __faasm_conf_flag(changetype<usize>(name)) != 0;
}

/** Writes the names of the innermost `depth` functions under way to the call's log. */
export function backtrace(depth: i32): void {
  __faasm_backtrace(depth);
}

function textsAt(pointers: StaticArray<u32>): string[] {
  const texts = new Array<string>();
  for (let index = 0; index < pointers.length; index++) {
    let end: usize = pointers[index];
    while (load<u8>(end) != 0) end++;
    texts.push(String.UTF8.decodeUnsafe(pointers[index], end - pointers[index]));
  }
  return texts;
}
