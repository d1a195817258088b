/** A guest that would never end, and how the runtime ends it. */
export interface Runaway {
  readonly name: string;
  readonly wat: string;
  /** Code of the error that ends it. */
  readonly code: string;
}

const FD_WRITE = '(import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))';
const CLOCK = '(import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))';
/** 4 KiB of zeroes to the descriptor, for ever. */
const flood = (descriptor: number): string => `(module ${FD_WRITE} (memory (export "memory") 1)
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const 4096))
    (loop $on (drop (call $write (i32.const ${descriptor}) (i32.const 0) (i32.const 1) (i32.const 8))) (br $on))))`;
const start = (body: string, more = '(memory (export "memory") 1)'): string =>
  `(module ${more} (func (export "_start") ${body}))`;

/** The guests of `bench -- kills`. Those that end with TIMEOUT are measured against their limit. */
export const RUNAWAYS: readonly Runaway[] = [
  { name: 'tight-loop', code: 'TIMEOUT', wat: start('(loop $on (br $on))') },
  {
    name: 'host-call-loop',
    code: 'TIMEOUT',
    wat: start(
      '(loop $on (drop (call $clock (i32.const 1) (i64.const 1) (i32.const 0))) (br $on))',
      `${CLOCK} (memory (export "memory") 1)`,
    ),
  },
  {
    name: 'memory-fill',
    code: 'TIMEOUT',
    wat: start(
      '(loop $on (memory.fill (i32.const 0) (i32.const 1) (i32.const 1048576)) (br $on))',
      '(memory (export "memory") 32)',
    ),
  },
  {
    name: 'memory-copy',
    code: 'TIMEOUT',
    wat: start(
      '(loop $on (memory.copy (i32.const 0) (i32.const 1048576) (i32.const 1048576)) (br $on))',
      '(memory (export "memory") 32)',
    ),
  },
  {
    name: 'table-grow',
    code: 'TIMEOUT',
    wat: start(
      '(loop $on (drop (table.grow 0 (ref.null func) (i32.const 1))) (br $on))',
      '(table 1 100000 funcref) (memory (export "memory") 1)',
    ),
  },
  {
    name: 'start-function',
    code: 'TIMEOUT',
    wat: '(module (memory (export "memory") 1) (func $init (loop $on (br $on))) (start $init) (func (export "_start")))',
  },
  {
    name: 'catch-all',
    code: 'TIMEOUT',
    wat: start(
      '(loop $again (try (do (loop $on (drop (call $clock (i32.const 1) (i64.const 1) (i32.const 0))) (br $on))) (catch_all)) (br $again))',
      `${CLOCK} (memory (export "memory") 1)`,
    ),
  },
  {
    name: 'recursion',
    code: 'STACK_OVERFLOW',
    wat: `(module (memory (export "memory") 1)
      (func $deep (param i32) (result i32) (i32.add (i32.const 1) (call $deep (i32.add (local.get 0) (i32.const 1)))))
      (func (export "_start") (drop (call $deep (i32.const 0)))))`,
  },
  {
    name: 'memory-growth',
    code: 'MEMORY_LIMIT',
    wat: start('(loop $on (drop (memory.grow (i32.const 1))) (br $on))'),
  },
  { name: 'output-flood', code: 'OUTPUT_LIMIT', wat: flood(1) },
  { name: 'log-flood', code: 'LOG_LIMIT', wat: flood(2) },
];
