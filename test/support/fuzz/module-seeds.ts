import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assemble } from '../../unit/module/fixtures.ts';

const BUILT = new URL('../../../build/func/', import.meta.url);

/** Small modules that use, between them, what the pipeline reads, walks over or rewrites. */
const TEXTS: readonly string[] = [
  '(module (func (export "_start")))',
  `(module (memory (export "memory") 1 10)
    (data (i32.const 8) "one") (data (i32.const 65500) "two") (data $p "passive")
    (func (export "_start")
      (drop (memory.grow (i32.const 1))) (drop (memory.size))
      (memory.fill (i32.const 0) (i32.const 7) (i32.const 100))
      (memory.copy (i32.const 50) (i32.const 0) (i32.const 20))
      (memory.init $p (i32.const 0) (i32.const 1) (i32.const 2)) (data.drop $p)))`,
  `(module (table $t 4 20 funcref) (table $e 2 externref) (elem (table $t) (i32.const 1) func $f $f)
    (elem $passive funcref (ref.func $f) (ref.null func)) (elem declare func $f)
    (func $f (param i32) (result i32) (i32.add (local.get 0) (table.size $t)))
    (func (export "_start")
      (table.set $t (i32.const 0) (ref.func $f)) (drop (table.get $t (i32.const 1)))
      (drop (table.grow $t (ref.null func) (i32.const 2)))
      (table.fill $t (i32.const 0) (ref.null func) (i32.const 2))
      (table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 2))
      (table.init $t $passive (i32.const 0) (i32.const 0) (i32.const 2)) (elem.drop $passive)
      (drop (table.grow $e (ref.null extern) (i32.const 1)))
      (drop (call_indirect $t (param i32) (result i32) (i32.const 1) (i32.const 1)))))`,
  `(module (global $a (mut i32) (i32.const 5)) (global $b (mut i64) (i64.const -1)) (global f64 (f64.const 0.5))
    (global $r (mut funcref) (ref.func $init)) (global $s i32 (i32.add (i32.const 1) (i32.const 2)))
    (memory 2) (data (i32.const 16) "abc")
    (func $init (global.set $a (i32.const 6))) (start $init)
    (func (export "__wasm_call_ctors")) (func (export "_faasm_zygote") (result i32) (i32.const 0))
    (func (export "main") (param i32 i32) (result i32) (global.get $a)))`,
  `(module (import "wasi_snapshot_preview1" "fd_write" (func $w (param i32 i32 i32 i32) (result i32)))
    (import "env" "__faasm_read_input" (func $in (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "_start") (drop (call $w (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
      (drop (call $in (i32.const 0) (i32.const 0)))))`,
  '(module (import "env" "memory" (memory 1 4)) (data (i32.const 0) "x") (func (export "_start") (drop (memory.size))))',
  `(module (memory 1 1 shared)
    (func (export "_start") (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1))) (atomic.fence)))`,
  `(module (memory 1) (tag $t (param i32))
    (func $thrower (throw $t (i32.const 1)))
    (func (export "_start") (local v128 f32)
      (block (result i32) (try_table (catch $t 0) (call $thrower)) (i32.const 0)) (drop)
      (local.set 0 (i8x16.splat (i32.const 1))) (v128.store offset=16 (i32.const 0) (local.get 0))
      (loop $again (br_if $again (i32.const 0)))
      (block $a (block $b (br_table $a $b 0 (i32.const 1))))
      (drop (select (result i64) (i64.const 1) (i64.const 2) (i32.const 1)))))`,
  `(module (type $pair (func (param i64 i32) (result i32 i64)))
    (func $swap (type $pair) (local.get 1) (local.get 0))
    (func (export "_start") (i64.const 1) (i32.const 2) (call $swap) (drop) (drop)
      (block (param) (result i32) (i32.const 1)) (if (then (return)) (else (unreachable)))))`,
];

/** Modules that mutants are made from: the small ones above, and the samples that have been built. */
export async function moduleSeeds(): Promise<Uint8Array[]> {
  const samples: Uint8Array[] = [];
  for (const entry of await readdir(BUILT, { recursive: true, withFileTypes: true })) {
    if (entry.name.endsWith('.wasm')) samples.push(new Uint8Array(await readFile(join(entry.parentPath, entry.name))));
  }
  if (samples.length === 0) throw new Error('There are no built samples: run npm run build:samples.');
  return [...TEXTS.map((text) => assemble(text)), ...samples];
}
