import { hostImports, INPUT, PRINT, SLEEP } from './host-imports.ts';

/** Bytes of the runaway's memory: bulk operations on all of it take some ms. */
export const RUNAWAY_BYTES = 8 * 1024 * 1024;

/** How a function can run for ever: the body of its loop, or the whole of it. Suspending ones need imports that wait. */
export const LOOPS = {
  tight: '',
  'fd_write of nothing': '(drop (call $print (i32.const 1) (i32.const 0) (i32.const 0)))',
  clock_time_get: '(drop (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 1024)))',
  'random_get of 64 KiB': '(drop (call $random_get (i32.const 1024) (i32.const 65536)))',
  'random_get of all memory': `(drop (call $random_get (i32.const 0) (i32.const ${RUNAWAY_BYTES})))`,
  'memory.fill': `(memory.fill (i32.const 0) (i32.const 1) (i32.const ${RUNAWAY_BYTES}))`,
  'memory.copy': `(memory.copy (i32.const 64) (i32.const 0) (i32.const ${RUNAWAY_BYTES - 64}))`,
  'memory.grow(0)': '(drop (memory.grow (i32.const 0)))',
  '2^31 iovecs': '(drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 0x80000000) (i32.const 1024)))',
  'a memory full of iovecs': `(drop (call $fd_write (i32.const 1) (i32.const 65536) (i32.const ${RUNAWAY_BYTES / 8 - 8192}) (i32.const 1024)))`,
  'lengths near 4 GiB': `
    (drop (call $print (i32.const 1) (i32.const 4096) (i32.const -16)))
    (drop (call $random_get (i32.const 4096) (i32.const -4096)))
    (drop (call $path_open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const -1) (i32.const 0)
      (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 1024)))`,
  'an input read again and again': '(drop (call $read_input (i32.const 0) (i32.const -1)))',
  files: `
    (i32.store (i32.const 600) (i32.add (i32.load (i32.const 600)) (i32.const 1)))
    (drop (call $path_open (i32.const 3) (i32.const 0) (i32.const 600) (i32.const 4) (i32.const 1)
      (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 1024)))`,
  'catch_all around all': '(try (do (loop $inner (call $throws) (br $inner))) (catch_all))',
  'catch_all around host calls': '(try (do (drop (call $random_get (i32.const 1024) (i32.const 65536)))) (catch_all))',
} as const;

/** Loops of functions that wait; the same, in a module that imports those. */
export const WAITING_LOOPS = {
  'tight, in a module that waits': '',
  'poll_oneoff of nothing': '(call $sleep (i32.const 0))',
  'poll_oneoff of 1 ms': '(call $sleep (i32.const 1))',
  'poll_oneoff of a memory full': `(drop (call $poll_oneoff (i32.const 65536) (i32.const 65536) (i32.const 130000) (i32.const 1024)))`,
  'state pointer': '(drop (call $state_ptr (i32.const 2048) (i32.const 64)))',
  'state writes of 4 MiB': '(call $write_state (i32.const 2048) (i32.const 0) (i32.const 4194304))',
  'catch_all around waits': '(try (do (call $sleep (i32.const 1))) (catch_all))',
} as const;

/** A function that runs one of `loops` for ever; input: its number, or more than there are to return at once. */
export function runawayGuest(loops: Readonly<Record<string, string>>, waits: boolean): string {
  const bodies = Object.values(loops);
  const arms = bodies.map((body, index) => arm(index, `(loop $ever ${body} (br $ever))`));
  return `(module
    ${hostImports('read_input', 'fd_write', 'clock_time_get', 'random_get', 'path_open')}
    ${waits ? hostImports('poll_oneoff', 'state_ptr', 'write_state') : ''}
    (memory ${RUNAWAY_BYTES / 65_536})
    (tag $thrown)
    (data (i32.const 600) "aaaa") (data (i32.const 2048) "${waits ? 'runaway' : ''}\\00")
    ${INPUT} ${PRINT} ${waits ? SLEEP : ''}
    (func $throws (throw $thrown))
    (func (export "main") (result i32)
      (local $op i32)
      (local.set $op (call $input (i32.const 0)))
      ${arms.join('\n')}
      (i32.const 0)))`;
}

function arm(index: number, body: string): string {
  return `(if (i32.eq (local.get $op) (i32.const ${index})) (then ${body}))`;
}

/** Input that makes a runaway return at once. */
export const QUICK = 9999;

/** Modules that run away by themselves, whatever their input. */
export const RUNAWAY_MODULES = {
  'start function': '(memory 1) (start $f) (func $f (loop $ever (br $ever))) (func (export "main"))',
  zygote: '(memory 1) (func (export "_faasm_zygote") (loop $ever (br $ever))) (func (export "main"))',
  constructors: '(memory 1) (func (export "__wasm_call_ctors") (loop $ever (br $ever))) (func (export "main"))',
  'straight-line code': `(memory 64) (func (export "main")
    ${'(memory.fill (i32.const 0) (i32.const 1) (i32.const 4194304))'.repeat(5000)})`,
  'tail calls': `(memory 1) (func $again (param i32) (return_call $again (local.get 0)))
    (func (export "main") (call $again (i32.const 1)))`,
  'tail calls through a table': `(memory 1) (type $f (func (param i32))) (table 2 funcref) (elem (i32.const 0) $one $other)
    (func $one (type $f) (return_call_indirect (type $f) (local.get 0) (i32.const 1)))
    (func $other (type $f) (return_call_indirect (type $f) (local.get 0) (i32.const 0)))
    (func (export "main") (call $one (i32.const 1)))`,
  'table.grow': `(table 1 funcref)
    (func (export "main") (loop $ever (drop (table.grow (ref.null func) (i32.const 1000))) (br $ever)))`,
  'table.fill': `(table 1000000 funcref)
    (func (export "main") (loop $ever (table.fill (i32.const 0) (ref.null func) (i32.const 1000000)) (br $ever)))`,
  'table.copy': `(table 1000000 funcref)
    (func (export "main") (loop $ever (table.copy (i32.const 0) (i32.const 1) (i32.const 999999)) (br $ever)))`,
} as const;
