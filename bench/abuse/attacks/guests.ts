import { hostImports, INPUT, PRINT, SLEEP } from '../../../test/support/guests/host-imports.ts';
import { LOOPS, QUICK, RUNAWAY_MODULES, runawayGuest, WAITING_LOOPS } from '../../../test/support/guests/runaway.ts';
import { wat } from '../../harness/wat.ts';

/** Input that makes a runaway return at once. */
export { QUICK };
/** How many ways the runaways have to run away, by the number that is their input. */
export const WAYS = { runaway: Object.keys(LOOPS).length, waiting: Object.keys(WAITING_LOOPS).length } as const;
/** Functions that run away whatever their input is. */
export const MODULES = Object.keys(RUNAWAY_MODULES);
/** Operations of the flood function. */
export const FLOOD = { recursion: 0, output: 1, log: 2, grow: 3 } as const;

/** Input: an operation of {@link FLOOD}. */
const FLOOD_GUEST = `(module
  ${hostImports('read_input', 'fd_write')}
  (memory 2)
  ${INPUT} ${PRINT}
  (func $deep (param i32) (result i32)
    (i32.add (call $deep (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))
  (func $write (param $fd i32)
    (loop $ever (drop (call $print (local.get $fd) (i32.const 0) (i32.const 65536))) (br $ever)))
  (func (export "main") (result i32)
    (local $op i32)
    (local.set $op (call $input (i32.const 0)))
    (if (i32.eqz (local.get $op)) (then (drop (call $deep (i32.const 0)))))
    (if (i32.lt_u (local.get $op) (i32.const 3)) (then (call $write (local.get $op))))
    (loop $ever (drop (memory.grow (i32.const 1))) (br $ever))
    (i32.const 0)))`;

/** Takes all the memory it gets and as many regions as it is told, and sleeps on them. Input: regions, ms. */
const HOARD_GUEST = `(module
  ${hostImports('read_input', 'poll_oneoff', 'state_ptr')}
  (memory 1)
  (data (i32.const 600) "hoard00\\00")
  ${INPUT} ${SLEEP}
  (func (export "main") (result i32)
    (local $left i32)
    (loop $more (br_if $more (i32.ge_s (memory.grow (i32.const 16)) (i32.const 0))))
    (local.set $left (call $input (i32.const 0)))
    (loop $regions
      (i32.store8 (i32.const 605) (i32.add (i32.const 48) (i32.div_u (local.get $left) (i32.const 10))))
      (i32.store8 (i32.const 606) (i32.add (i32.const 48) (i32.rem_u (local.get $left) (i32.const 10))))
      (drop (call $state_ptr (i32.const 600) (i32.const 4096)))
      (br_if $regions (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 1))) (i32.const 0))))
    (call $sleep (call $input (i32.const 1)))
    (i32.const 0)))`;

/** Files of the host, as a guest may try to name them. */
const HOST_FILES = [
  '../../../../../../../../proc/self/environ',
  '/proc/self/environ',
  'proc/self/environ',
  'tmp/../../../../proc/self/maps',
  './/../../..//proc/1/cmdline',
  'etc/../../../../../etc/shadow',
  '/etc/shadow',
  'lib/../../../etc/shadow',
  '..\\\\..\\\\etc\\\\shadow',
  'proc/self/root/etc/shadow',
] as const;

/** Opens files of the host by the first 16 descriptors; returns 0 only where none of that succeeds. */
const ESCAPE_GUEST = `(module
  ${hostImports('path_open')}
  (memory 1)
  ${HOST_FILES.map((path, index) => `(data (i32.const ${1024 + index * 64}) "${path}")`).join('\n')}
  (func $open (param $fd i32) (param $path i32) (param $length i32) (result i32)
    (i32.eqz (call $path_open (local.get $fd) (i32.const 1) (local.get $path) (local.get $length)
      (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 0))))
  (func (export "main") (result i32)
    (local $fd i32) (local $opened i32)
    (loop $next
      ${HOST_FILES.map((path, index) => {
        const length = path.replaceAll('\\\\', '\\').length;
        const open = `(call $open (local.get $fd) (i32.const ${1024 + index * 64}) (i32.const ${length}))`;
        return `(local.set $opened (i32.add (local.get $opened) ${open}))`;
      }).join('\n')}
      (br_if $next (i32.lt_u (local.tee $fd (i32.add (local.get $fd) (i32.const 1))) (i32.const 16))))
    (local.get $opened)))`;

/** The functions of a hostile tenant, by name. */
export async function hostileFunctions(): Promise<ReadonlyMap<string, Uint8Array>> {
  const texts = new Map([
    ['runaway', runawayGuest(LOOPS, false)],
    ['waiting', runawayGuest(WAITING_LOOPS, true)],
    ['sneaky', runawayGuest(LOOPS, false)],
    ['flood', FLOOD_GUEST],
    ['hoard', HOARD_GUEST],
    ['escape', ESCAPE_GUEST],
    ...Object.entries(RUNAWAY_MODULES).map(([name, body]) => [functionName(name), `(module ${body})`] as const),
  ]);
  const modules = new Map<string, Uint8Array>();
  for (const [name, text] of texts) modules.set(name, (await wat(text)).slice());
  return modules;
}

/** A module's name as the name of a function. */
export function functionName(name: string): string {
  return name.replaceAll(/[^a-z]/g, '_');
}
