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
