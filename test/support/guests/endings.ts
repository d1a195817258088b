import { cases, type HostImport, hostImports, INPUT, PRINT, SLEEP } from './host-imports.ts';

/** What a call of the endings guest is asked to do, as the first word of its input. */
export const OP = {
  probe: 0,
  return: 1,
  fail: 2,
  unreachable: 3,
  outOfBounds: 4,
  divideByZero: 5,
  wrongType: 6,
  exitZero: 7,
  exitThree: 8,
  loop: 9,
  refusedMemory: 10,
  output: 11,
  log: 12,
  recursion: 13,
  badPointer: 14,
  hostLoop: 15,
  midFrame: 16,
  fillLoop: 17,
  throw: 18,
  quick: 19,
  /** From here on only in the suspending variant. */
  sleep: 20,
  statePointer: 21,
  stateTrap: 22,
  sleepLoop: 23,
} as const;

/** A module that leaves as much behind as it can and then ends as it is told. */
export interface EndingsOptions {
  /** Whether it imports functions that wait. */
  readonly suspending: boolean;
  /** Pages of its initial memory: the image is copied below 9 and mapped copy-on-write from there. */
  readonly pages: number;
}

/** The guest's text. Input: operation, argument. `probe` writes what it sees of the state it starts with. */
export function endingsGuest({ suspending, pages }: EndingsOptions): string {
  const imports: HostImport[] = ['read_input', 'fd_write', 'path_open', 'proc_exit', 'clock_time_get'];
  if (suspending) imports.push('poll_oneoff', 'state_ptr', 'write_state');
  const end = pages * 65_536;
  return `(module
  ${hostImports(...imports)}
  (memory ${pages})
  (table $table 4 funcref)
  (elem (i32.const 0) $probe $other)
  (tag $thrown)
  (global $a (mut i32) (i32.const 7))
  (global $b (mut i64) (i64.const -9))
  (global $c (mut f32) (f32.const 1.5))
  (global $d (mut f64) (f64.const -2.5))
  (data (i32.const 600) "shared\\00")
  (data (i32.const 640) "tmp/left-behind")
  (data (i32.const 4096) "what the image holds")
  (data (i32.const ${end - 64}) "and its end")
  ${INPUT} ${PRINT} ${suspending ? SLEEP : ''}
  (func $other)

  (func $probe
    (local $at i32) (local $hash i32) (local $end i32)
    (local.set $at (i32.const 596))
    (local.set $end (i32.shl (memory.size) (i32.const 16)))
    (loop $next
      (local.set $hash (i32.mul (i32.xor (local.get $hash) (i32.load (local.get $at))) (i32.const 16777619)))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (local.get $end))))
    (i32.store (i32.const 0) (local.get $hash))
    (i32.store (i32.const 4) (memory.size))
    (i32.store (i32.const 8) (global.get $a))
    (i64.store (i32.const 12) (global.get $b))
    (f32.store (i32.const 20) (global.get $c))
    (f64.store (i32.const 24) (global.get $d))
    (i32.store (i32.const 32) (call $open (i32.const 0)))
    (drop (call $print (i32.const 1) (i32.const 0) (i32.const 36))))

  ;; errno of opening the file that every other call leaves behind
  (func $open (param $flags i32) (result i32)
    (call $path_open (i32.const 3) (i32.const 0) (i32.const 640) (i32.const 15) (local.get $flags)
      (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 528)))

  (func $dirty
    (global.set $a (i32.const 0x55555555))
    (global.set $b (i64.const 0x5555555555555555))
    (global.set $c (f32.const nan:0x155555))
    (global.set $d (f64.const nan:0x5555555555555))
    (if (call $open (i32.const 1)) (then unreachable))
    (drop (call $print (i32.load (i32.const 528)) (i32.const 4096) (i32.const 20)))
    (drop (memory.grow (i32.const 1)))
    (memory.fill (i32.const 0) (i32.const 0x55) (i32.const 600))
    (memory.fill (i32.const 672) (i32.const 0x55) (i32.const ${end - 672}))
    (i32.store (i32.const ${end + 1000}) (i32.const 0x55555555))
    ;; beyond memory.size: the grant has doubled, so these pages are there
    (i32.store (i32.const ${end + 65_536 + 1000}) (i32.const 0x55555555)))

  (func $deep (param i32) (result i32)
    (i32.add (call $deep (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))

  (func $frames (param $depth i32) (result i32)
    (local $mine i32)
    (local.set $mine (i32.add (local.get $depth) (i32.const 2000)))
    (i32.store (local.get $mine) (local.get $depth))
    (if (i32.eqz (local.get $depth)) (then (loop $ever (br $ever))))
    (i32.add (call $frames (i32.sub (local.get $depth) (i32.const 1))) (i32.load (local.get $mine))))

  (func $beyond (local $at i32)
    (loop $up
      (i32.store (local.get $at) (i32.const 0x55555555))
      (local.set $at (i32.add (local.get $at) (i32.const 4096)))
      (br_if $up (i32.ge_u (local.get $at) (i32.const 4096)))))

  (func (export "main") (result i32)
    (local $op i32) (local $argument i32)
    (local.set $op (call $input (i32.const 0)))
    (local.set $argument (call $input (i32.const 1)))
    (if (i32.eq (local.get $op) (i32.const ${OP.quick})) (then (return (i32.const 0))))
    (if (i32.eqz (local.get $op)) (then (call $probe) (return (i32.const 0))))
    (call $dirty)
    (if (i32.eq (local.get $op) (i32.const ${OP.fail})) (then (return (i32.const 7))))
    ${cases(
      [OP.unreachable, 'unreachable'],
      [OP.outOfBounds, '(call $beyond)'],
      [OP.divideByZero, '(drop (i32.div_s (i32.const 1) (i32.sub (global.get $a) (i32.const 0x55555555))))'],
      [OP.wrongType, '(drop (call_indirect (param i32) (result i32) (i32.const 1) (i32.const 1)))'],
      [OP.exitZero, '(call $proc_exit (i32.const 0))'],
      [OP.exitThree, '(call $proc_exit (i32.const 3))'],
      [OP.loop, '(loop $ever (br $ever))'],
      [
        OP.refusedMemory,
        '(if (i32.ge_s (memory.grow (i32.const 1000)) (i32.const 0)) (then (return (i32.const 9)))) unreachable',
      ],
      [OP.output, '(loop $ever (drop (call $print (i32.const 1) (i32.const 0) (i32.const 65536))) (br $ever))'],
      [OP.log, '(loop $ever (drop (call $print (i32.const 2) (i32.const 0) (i32.const 65536))) (br $ever))'],
      [OP.recursion, '(drop (call $deep (i32.const 0)))'],
      [OP.badPointer, '(drop (call $read_input (i32.const -16) (i32.const 16)))'],
      [OP.hostLoop, '(loop $ever (drop (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 0))) (br $ever))'],
      [OP.midFrame, '(drop (call $frames (i32.const 1000)))'],
      [OP.fillLoop, `(loop $ever (memory.fill (i32.const 0) (i32.const 1) (i32.const ${end})) (br $ever))`],
      [OP.throw, '(throw $thrown)'],
    )}
    ${suspending ? suspendingCases() : ''}
    (i32.const 0)))`;
}

function suspendingCases(): string {
  const pointer = '(i32.store (call $state_ptr (i32.const 600) (i32.const 64)) (local.get $argument))';
  return cases(
    [OP.sleep, '(call $sleep (local.get $argument))'],
    [OP.statePointer, pointer],
    [OP.stateTrap, `${pointer} (call $write_state (i32.const 600) (i32.const 0) (i32.const 64)) unreachable`],
    [OP.sleepLoop, '(call $sleep (i32.const 1)) (loop $ever (br $ever))'],
  );
}
