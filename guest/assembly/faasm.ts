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
@external("env", "__faasm_push_state")
declare function __faasm_push_state(key: usize): void;
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

/** Writes this host's value at `key` to the global tier. */
export function pushState(key: string): void {
  const name = String.UTF8.encode(key, true);
  __faasm_push_state(changetype<usize>(name));
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
