import { monotonicUs, realtimeUs } from '../clock.ts';
import type { HostContext, HostFunction } from '../context.ts';
import { paceOf } from '../pace.ts';
import { define } from './define.ts';
import { fail } from './errno.ts';
import { setMicroseconds, setU64 } from './layout.ts';
import { CLOCK } from './types.ts';

/** Arguments, environment, clocks, random bytes and the end of the process, module `wasi_snapshot_preview1`. */
export const PROCESS_FUNCTIONS: readonly HostFunction[] = [
  define('args_get', 'ii', (context, pointers, text) => writeStrings(context, context.args, pointers, text)),
  define('args_sizes_get', 'ii', (context, count, size) => writeSizes(context, context.args, count, size)),
  define('environ_get', 'ii', (context, pointers, text) => writeStrings(context, context.environment, pointers, text)),
  define('environ_sizes_get', 'ii', (context, count, size) => writeSizes(context, context.environment, count, size)),
  define('clock_res_get', 'ii', clockResolution),
  define('clock_time_get', 'ili', clockTime),
  define('random_get', 'ii', random),
  define('sched_yield', '', () => {}),
  { name: 'proc_exit', params: ['i32'], call: (context, code) => context.exit(code) },
  {
    name: 'proc_raise',
    params: ['i32'],
    result: 'i32',
    // The default action of every signal that a program can usefully raise is to end it.
    call: (context, signal) => context.fail('GUEST_TRAP', `The function raised signal ${signal}.`),
  },
];

/** Most bytes that one getRandomValues call fills. */
const RANDOM_BYTES = 65_536;
/** Resolution of all clocks: whole microseconds. */
const RESOLUTION_NS = 1000;

const encoder = new TextEncoder();
const encoded = new WeakMap<readonly string[], { readonly list: readonly Uint8Array[]; readonly size: number }>();

/** NUL-terminated UTF-8 of the strings; kept as long as the array lives, which is often longer than a call. */
function encode(strings: readonly string[]): { readonly list: readonly Uint8Array[]; readonly size: number } {
  const known = encoded.get(strings);
  if (known) return known;
  const list = strings.map((text) => encoder.encode(`${text}\0`));
  const made = { list, size: list.reduce((sum, bytes) => sum + bytes.length, 0) };
  encoded.set(strings, made);
  return made;
}

function writeSizes(context: HostContext, strings: readonly string[], count: number, size: number): void {
  context.memory.setU32(count, strings.length);
  context.memory.setU32(size, encode(strings).size);
}

function writeStrings(context: HostContext, strings: readonly string[], pointers: number, text: number): void {
  const { memory } = context;
  let pointer = pointers >>> 0;
  let address = text >>> 0;
  for (const bytes of encode(strings).list) {
    memory.slice(address, bytes.length).set(bytes);
    memory.setU32(pointer, address);
    pointer += 4;
    address += bytes.length;
  }
}

function clockResolution(context: HostContext, clock: number, result: number): void {
  if (clock < CLOCK.REALTIME || clock > CLOCK.THREAD_CPUTIME) fail('INVAL');
  setU64(context.memory, result, RESOLUTION_NS);
}

function clockTime(context: HostContext, clock: number, _precision: bigint, result: number): void {
  switch (clock) {
    case CLOCK.REALTIME:
      return setMicroseconds(context.memory, result, realtimeUs());
    case CLOCK.MONOTONIC:
      return setMicroseconds(context.memory, result, monotonicUs());
    case CLOCK.PROCESS_CPUTIME:
    case CLOCK.THREAD_CPUTIME:
      context.memory.check(result, 8);
      return context.memory.view.setBigUint64(result >>> 0, context.cpuTimeNs(), true);
    default:
      return fail('INVAL');
  }
}

/** `random_get`: straight into the guest's memory, in pieces with looks at the watchdog in between. */
function random(context: HostContext, buffer: number, length: number): void {
  const target = context.memory.slice(buffer, length);
  const pace = paceOf(context);
  for (let done = 0; done < target.length; done += RANDOM_BYTES) {
    const piece = target.subarray(done, done + RANDOM_BYTES);
    globalThis.crypto.getRandomValues(piece as Uint8Array<ArrayBuffer>);
    pace.bytes(piece.length * 2);
  }
}
