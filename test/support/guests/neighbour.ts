import { hostImports, INPUT, PRINT, SLEEP } from './host-imports.ts';

/** Words of its own memory, and of its state value, that a neighbour keeps in order. */
const WORDS = 4096;
const STATE_BYTES = WORDS * 4;

/**
 * A long computation in many parts with sleeps between them, each part building on all of its memory: whoever touches
 * that spoils the result. Input: seed, rounds, ms to sleep, whether it works in a region, through its pointer and in
 * halves, so that it sleeps in the middle of a write. Its state key is `n` and one letter, by the seed's last 4 bits.
 * Output: its last number, see {@link neighbourResult}; or returns 1 if memory was not as it left it.
 */
export const NEIGHBOUR = `(module
  ${hostImports('read_input', 'fd_write', 'poll_oneoff', 'state_ptr', 'push_state')}
  (memory 4)
  (data (i32.const 600) "n \\00")
  ${INPUT} ${PRINT} ${SLEEP}
  (global $base (mut i32) (i32.const 65536))
  (global $x (mut i32) (i32.const 0))

  (func $fill (param $from i32) (param $to i32)
    (loop $next
      (i32.store (i32.add (global.get $base) (i32.shl (local.get $from) (i32.const 2)))
        (i32.add (global.get $x) (local.get $from)))
      (br_if $next (i32.lt_u (local.tee $from (i32.add (local.get $from) (i32.const 1))) (local.get $to)))))

  (func $right (param $from i32) (param $to i32) (result i32)
    (loop $next
      (if (i32.ne (i32.load (i32.add (global.get $base) (i32.shl (local.get $from) (i32.const 2))))
            (i32.add (global.get $x) (local.get $from)))
        (then (return (i32.const 0))))
      (br_if $next (i32.lt_u (local.tee $from (i32.add (local.get $from) (i32.const 1))) (local.get $to))))
    (i32.const 1))

  (func (export "main") (result i32)
    (local $rounds i32) (local $ms i32) (local $region i32)
    (global.set $x (call $input (i32.const 0)))
    (local.set $rounds (call $input (i32.const 1)))
    (local.set $ms (call $input (i32.const 2)))
    (local.set $region (call $input (i32.const 3)))
    (i32.store8 (i32.const 601) (i32.add (i32.const 97) (local.get $region)))
    (if (local.get $region) (then (global.set $base (call $state_ptr (i32.const 600) (i32.const ${STATE_BYTES})))))
    (loop $round
      (global.set $x (i32.add (i32.mul (global.get $x) (i32.const 1664525)) (i32.const 1013904223)))
      (call $fill (i32.const 0) (i32.const ${WORDS / 2}))
      (call $sleep (local.get $ms))
      (call $fill (i32.const ${WORDS / 2}) (i32.const ${WORDS}))
      (call $sleep (local.get $ms))
      (if (i32.eqz (call $right (i32.const 0) (i32.const ${WORDS}))) (then (return (i32.const 1))))
      (br_if $round (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (if (local.get $region) (then (call $push_state (i32.const 600))))
    (i32.store (i32.const 0) (global.get $x))
    (drop (call $print (i32.const 1) (i32.const 0) (i32.const 4)))
    (i32.const 0)))`;

/** What a neighbour with these arguments must put out. */
export function neighbourResult(seed: number, rounds: number): number {
  let x = seed;
  for (let round = 0; round < rounds; round += 1) x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
  return x;
}

/** The state key of a neighbour whose fourth argument is `region`. */
export function neighbourKey(region: number): string {
  return `n${String.fromCharCode(97 + region)}`;
}

/** The value that a neighbour leaves in its region. */
export function neighbourState(result: number): Uint8Array {
  return new Uint8Array(Uint32Array.from({ length: WORDS }, (_, index) => result + index).buffer);
}
