import { words } from '../runtime.ts';
import { hostImports, PRINT, SLEEP } from './host-imports.ts';

/** Keys that the shell works on. */
export const SHELL_KEYS = { key: 'value', mask: 'mask' } as const;

const KEY = '(i32.const 600)';
const MASK = '(i32.const 616)';
const env = (name: string, params: string, result = ''): string =>
  `(import "env" "__faasm_${name}" (func $${name} (param ${params})${result && ` (result ${result})`}))`;
const argument = (index: number): string => `(i32.load offset=${4 * index} (local.get $at))`;
const [A, B, C] = [argument(1), argument(2), argument(3)] as const;
const put = (value: string): string => `(call $put ${value})`;
const at = (offset: string): string => `(i32.add (global.get $pointer) ${offset})`;

/** What the shell can do: one record of five words for each step, the first being its number in this table. */
const STEPS = {
  end: '(return (i32.const 0))',
  /** Takes the pointer to the value, of `a` bytes. */
  pointer: `(global.set $pointer (call $read_state_ptr ${KEY} ${A}))`,
  /** Takes the pointer to [b, b + c) of a value of `a` bytes. */
  offsetPointer: `(global.set $pointer (call $read_state_offset_ptr ${KEY} ${A} ${B} ${C}))`,
  maskPointer: `(global.set $pointer (call $read_state_ptr ${MASK} ${A}))`,
  putPointer: put('(global.get $pointer)'),
  /** Through the pointer. */
  store: `(i32.store ${at(A)} ${B})`,
  store8: `(i32.store8 ${at(A)} ${B})`,
  load: put(`(i32.load ${at(A)})`),
  atomicAdd: `(drop (i32.atomic.rmw.add ${at(A)} ${B}))`,
  /** A word by copy, at `b` of a value of `a` bytes. */
  write: `(i32.store (i32.const 1024) ${C}) (call $write_state_offset ${KEY} ${A} ${B} (i32.const 1024) (i32.const 4))`,
  read: `(call $read_state_offset ${KEY} ${A} ${B} (i32.const 1024) (i32.const 4)) ${put('(i32.load (i32.const 1024))')}`,
  /** All of the value: `a` bytes, up to 4096, of `b`. */
  writeAll: `(memory.fill (i32.const 8192) ${B} ${A}) (call $write_state ${KEY} (i32.const 8192) ${A})`,
  size: put(`(call $read_state ${KEY} (i32.const 0) (i32.const 0))`),
  declareAll: `(call $flag_state_dirty ${KEY} ${A})`,
  declare: `(call $flag_state_offset_dirty ${KEY} ${A} ${B} ${C})`,
  push: `(call $push_state ${KEY})`,
  pushPartial: `(call $push_state_partial ${KEY})`,
  pushMasked: `(call $push_state_partial_mask ${KEY} ${MASK})`,
  pull: `(call $pull_state ${KEY} ${A})`,
  lockRead: `(call $lock_state_read ${KEY})`,
  unlockRead: `(call $unlock_state_read ${KEY})`,
  lockWrite: `(call $lock_state_write ${KEY})`,
  unlockWrite: `(call $unlock_state_write ${KEY})`,
  lockGlobal: `(call $lock_state_global ${KEY})`,
  unlockGlobal: `(call $unlock_state_global ${KEY})`,
  add: put(`(i32.wrap_i64 (call $state_add ${KEY} ${A} (i64.extend_i32_s ${B}) ${C}))`),
  /** The word at `a`, if it is `b`, becomes `c`. */
  compareAndSet: `(i32.store (i32.const 1024) ${B}) (i32.store (i32.const 1028) ${C})
    ${put(`(call $state_compare_and_set ${KEY} ${A} (i32.const 1024) (i32.const 1028) (i32.const 4))`)}`,
  append: `(i32.store (i32.const 1024) ${A}) (call $append_state ${KEY} (i32.const 1024) (i32.const 4))`,
  /** The `a`-th of the first `b` records, words, of which `c` bytes fit. */
  appended: `(call $read_appended_state ${KEY} (i32.const 8192) ${C} ${B})
    ${put(`(i32.load offset=8192 (i32.shl ${A} (i32.const 2)))`)}`,
  clearAppended: `(call $clear_appended_state ${KEY})`,
  sleep: `(call $sleep ${A})`,
  /** Waits, without host calls, until the word at `a` is `b`. */
  spin: `(loop $same (br_if $same (i32.ne (i32.atomic.load ${at(A)}) ${B})))`,
  trap: 'unreachable',
  /** Runs the `a` steps before this one `b` times in all. */
  repeat: `(global.set $count (i32.add (global.get $count) (i32.const 1)))
    (if (i32.lt_u (global.get $count) ${B})
      (then (local.set $at (i32.sub (local.get $at) (i32.mul (i32.add ${A} (i32.const 1)) (i32.const 20)))))
      (else (global.set $count (i32.const 0))))`,
} as const;

/** A step and its words. */
export type ShellStep = readonly [step: keyof typeof STEPS, ...words: number[]];

/** A function, in text, that does the steps of its input. Words that it puts are its output. */
export const STATE_SHELL = `(module
  ${hostImports('read_input', 'fd_write', 'poll_oneoff')}
  ${env('read_state', 'i32 i32 i32', 'i32')} ${env('read_state_ptr', 'i32 i32', 'i32')}
  ${env('read_state_offset', 'i32 i32 i32 i32 i32')} ${env('read_state_offset_ptr', 'i32 i32 i32 i32', 'i32')}
  ${env('write_state', 'i32 i32 i32')} ${env('write_state_offset', 'i32 i32 i32 i32 i32')}
  ${env('flag_state_dirty', 'i32 i32')} ${env('flag_state_offset_dirty', 'i32 i32 i32 i32')}
  ${env('push_state', 'i32')} ${env('push_state_partial', 'i32')} ${env('push_state_partial_mask', 'i32 i32')}
  ${env('pull_state', 'i32 i32')}
  ${env('append_state', 'i32 i32 i32')} ${env('read_appended_state', 'i32 i32 i32 i32')} ${env('clear_appended_state', 'i32')}
  ${env('state_add', 'i32 i32 i64 i32', 'i64')} ${env('state_compare_and_set', 'i32 i32 i32 i32 i32', 'i32')}
  ${['read', 'write', 'global'].map((lock) => env(`lock_state_${lock}`, 'i32') + env(`unlock_state_${lock}`, 'i32')).join(' ')}
  (memory 2)
  (global $pointer (mut i32) (i32.const 0))
  (global $count (mut i32) (i32.const 0))
  (data (i32.const 600) "${SHELL_KEYS.key}\\00") (data (i32.const 616) "${SHELL_KEYS.mask}\\00")
  ${PRINT} ${SLEEP}
  (func $put (param $value i32)
    (i32.store (i32.const 0) (local.get $value))
    (drop (call $print (i32.const 1) (i32.const 0) (i32.const 4))))
  (func (export "main") (result i32)
    (local $at i32)
    (drop (call $read_input (i32.const 65536) (i32.const 65536)))
    (local.set $at (i32.const 65536))
    (loop $next
      ${Object.values(STEPS)
        .map((body, step) => `(if (i32.eq (i32.load (local.get $at)) (i32.const ${step})) (then ${body}))`)
        .join('\n')}
      (local.set $at (i32.add (local.get $at) (i32.const 20)))
      (br $next))
    (i32.const 0)))`;

/** Input for {@link STATE_SHELL}. */
export function shellScript(steps: readonly ShellStep[]): Uint8Array {
  const names = Object.keys(STEPS);
  const all: readonly ShellStep[] = [...steps, ['end']];
  return words(all.flatMap(([step, ...args]) => [names.indexOf(step), ...args, ...new Array(4 - args.length).fill(0)]));
}
