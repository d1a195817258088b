/** Imports that guests of the tests use, by the name they have in their text. */
const IMPORTS = {
  read_input: '(import "env" "__faasm_read_input" (func $read_input (param i32 i32) (result i32)))',
  write_output: '(import "env" "__faasm_write_output" (func $write_output (param i32 i32)))',
  state_ptr: '(import "env" "__faasm_read_state_ptr" (func $state_ptr (param i32 i32) (result i32)))',
  write_state: '(import "env" "__faasm_write_state" (func $write_state (param i32 i32 i32)))',
  read_state: '(import "env" "__faasm_read_state" (func $read_state (param i32 i32 i32) (result i32)))',
  push_state: '(import "env" "__faasm_push_state" (func $push_state (param i32)))',
  fd_write: wasi('fd_write', 'i32 i32 i32 i32'),
  path_open: wasi('path_open', 'i32 i32 i32 i32 i32 i64 i64 i32 i32'),
  clock_time_get: wasi('clock_time_get', 'i32 i64 i32'),
  random_get: wasi('random_get', 'i32 i32'),
  poll_oneoff: wasi('poll_oneoff', 'i32 i32 i32 i32'),
  proc_exit: '(import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))',
} as const;

/** A function of the host interface. */
export type HostImport = keyof typeof IMPORTS;

/** The import declarations for `names`. */
export function hostImports(...names: readonly HostImport[]): string {
  return names.map((name) => IMPORTS[name]).join('\n');
}

function wasi(name: string, params: string): string {
  return `(import "wasi_snapshot_preview1" "${name}" (func $${name} (param ${params}) (result i32)))`;
}

/** Functions in text; `$sleep(ms)` needs poll_oneoff and uses the memory at [256, 512). */
export const SLEEP = `
  (func $sleep (param $ms i32)
    (memory.fill (i32.const 256) (i32.const 0) (i32.const 48))
    (i32.store (i32.const 272) (i32.const 1))
    (i64.store (i32.const 280) (i64.mul (i64.extend_i32_u (local.get $ms)) (i64.const 1000000)))
    (if (call $poll_oneoff (i32.const 256) (i32.const 320) (i32.const 1) (i32.const 384)) (then unreachable)))`;

/** `$print(fd, address, length)`, answers errno; needs fd_write and uses the memory at [512, 528). */
export const PRINT = `
  (func $print (param $fd i32) (param $address i32) (param $length i32) (result i32)
    (i32.store (i32.const 512) (local.get $address))
    (i32.store (i32.const 516) (local.get $length))
    (call $fd_write (local.get $fd) (i32.const 512) (i32.const 1) (i32.const 520)))`;

/** `$input(n)`: the n-th word of the input; needs read_input and uses the memory at [528, 592). */
export const INPUT = `
  (func $input (param $index i32) (result i32)
    (drop (call $read_input (i32.const 528) (i32.const 64)))
    (i32.load offset=528 (i32.shl (local.get $index) (i32.const 2))))`;

/** A function body that runs the case that the local $op selects, 0 for others; the cases leave nothing. */
export function cases(...bodies: readonly (readonly [number, string])[]): string {
  return bodies.map(([value, body]) => `(if (i32.eq (local.get $op) (i32.const ${value})) (then ${body}))`).join('\n');
}
