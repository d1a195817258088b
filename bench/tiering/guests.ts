const CHAIN = 64;
const repeat = (text: string): string => Array.from({ length: CHAIN }, () => text).join(' ');

/** A loop around `body`; `mark` makes its bytes new, or V8 would give it the code it has already optimised. */
const loop = (body: string, mark: number): string => `(module (memory (export "memory") 1)
  (func (export "mark") (result i32) (i32.const ${mark}))
  (func (export "_start") (local $a i64) (local $f f64)
    (local.set $a (i64.const -1)) (local.set $f (f64.const 1e300))
    (loop $on ${body} (br $on))))`;

/** Endless loops whose instructions take far longer than their bytes suggest: the budget counts bytes. */
export const COSTLY_LOOPS: Readonly<Record<string, (mark: number) => string>> = {
  empty: (mark) => loop('', mark),
  'i64-div': (mark) =>
    loop(
      repeat('(local.set $a (i64.or (i64.div_u (local.get $a) (i64.const 3)) (i64.const 0x7fffffff00000000)))'),
      mark,
    ),
  'f64-sqrt': (mark) => loop(repeat('(local.set $f (f64.sqrt (local.get $f)))'), mark),
  loads: (mark) =>
    loop(repeat('(local.set $a (i64.load (i32.and (i32.wrap_i64 (local.get $a)) (i32.const 0xfff8))))'), mark),
  fill: (mark) => loop('(memory.fill (i32.const 0) (i32.const 1) (i32.const 65536))', mark),
};

/** Integer arithmetic in a loop, about half a second of it; without an end that depends on time. */
export const COMPUTE = `(module (memory (export "memory") 1)
  (func $step (param i32) (result i32) (i32.xor (i32.mul (local.get 0) (i32.const 1664525)) (i32.const 1013904223)))
  (func (export "_start") (local $i i32) (local $x i32)
    (loop $on
      (local.set $x (call $step (local.get $x)))
      (i32.store (i32.and (local.get $x) (i32.const 0xfffc)) (local.get $i))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $on (i32.lt_u (local.get $i) (i32.const 50000000))))))`;
