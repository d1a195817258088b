import type { ValueType } from '../module/artifact.ts';
import { monotonicUs, realtimeUs } from './clock.ts';
import type { HostContext, HostFunction, LogSink } from './context.ts';
import { paceOf } from './pace.ts';

/**
 * What the AssemblyScript compiler imports from module `env` by itself (its std/assembly/builtins.ts and
 * bindings/{dom,node}.ts): abort, trace, seed, console, Date, performance, Math.random, process.exit.
 * Strings are UTF-16 with their length in bytes in front of the first unit; a null string is address 0.
 */

/** Longest part of a message that goes into an error, in UTF-16 units. */
const MESSAGE_UNITS = 1024;
/** Bytes decoded between two polls. */
const PIECE_BYTES = 256 * 1024;
/** Timers that `console.time` keeps per call. */
const TIMERS_MAX = 64;

const utf16 = new TextDecoder('utf-16le');
const encoder = new TextEncoder();
const newline = encoder.encode('\n');

/** The functions of this group. */
export const ASSEMBLY_SCRIPT_FUNCTIONS: readonly HostFunction[] = [
  {
    // C modules of the 2020 ABI import the same name without parameters.
    name: 'abort',
    params: ['i32', 'i32', 'i32', 'i32'],
    alternatives: [{ params: [], results: [] }],
    call: abort,
  },
  { name: 'trace', params: ['i32', 'i32', 'f64', 'f64', 'f64', 'f64', 'f64'], call: trace },
  { name: 'seed', params: [], result: 'f64', call: seed },
  { name: 'console.log', params: ['i32'], call: consoleLog },
  ...['debug', 'info', 'warn', 'error'].map((level) => plain(`console.${level}`, ['i32'], toLog)),
  plain('console.assert', ['i32', 'i32'], consoleAssert),
  plain('console.time', ['i32'], consoleTime),
  plain('console.timeLog', ['i32'], consoleTimeLog),
  plain('console.timeEnd', ['i32'], consoleTimeEnd),
  { name: 'Date.now', params: [], result: 'f64', call: () => Math.floor(realtimeUs() / 1000) },
  { name: 'performance.now', params: [], result: 'f64', call: () => monotonicUs() / 1000 },
  { name: 'Math.random', params: [], result: 'f64', call: () => Math.random() },
  plain('process.exit', ['i32'], (context, code) => context.exit(code)),
];

function plain(
  name: string,
  params: readonly ValueType[],
  call: (context: HostContext, a: number, b: number) => void,
): HostFunction {
  return { name, params, call };
}

/**
 * `abort(message, file, line, column)`, or C's `abort()` without arguments: ends the call with `GUEST_TRAP`. (In Faasm
 * of 2020 a C abort ended the call with success, which hid every failed assertion.)
 */
function abort(context: HostContext, message?: number, file?: number, line?: number, column?: number): never {
  if (message === undefined || file === undefined) return context.fail('GUEST_TRAP', 'The function called abort().');
  const place = `${shortText(context, file)}:${(line ?? 0) >>> 0}:${(column ?? 0) >>> 0}`;
  const text = `abort: ${shortText(context, message)} in ${place}`;
  context.log.write(encoder.encode(`${text}\n`));
  return context.fail('GUEST_TRAP', text);
}

/** `trace(message, n, ...values)`: one line of log with the first `n` of five values. */
function trace(context: HostContext, message: number, count: number, ...values: number[]): void {
  writeText(context, context.log, message);
  const shown = values.slice(0, Math.max(0, Math.min(count, 5)));
  context.log.write(encoder.encode(`${shown.map((value) => ` ${value}`).join('')}\n`));
}

/** `seed()`: what AssemblyScript's `Math.random` starts from. */
function seed(): number {
  const [word = 0] = globalThis.crypto.getRandomValues(new Uint32Array(1));
  return word * 4096 + Math.random() * 4096;
}

function consoleLog(context: HostContext, text: number): void {
  writeLine(context, context.stdoutIsOutput ? context.output : context.log, text);
}

function toLog(context: HostContext, text: number): void {
  writeLine(context, context.log, text);
}

function consoleAssert(context: HostContext, condition: number, message: number): void {
  if (condition !== 0) return;
  context.log.write(encoder.encode('Assertion failed: '));
  writeLine(context, context.log, message);
}

const TIMERS = Symbol('console timers');

function timers(context: HostContext): Map<string, number> {
  return context.slot(TIMERS, () => new Map<string, number>());
}

function consoleTime(context: HostContext, label: number): void {
  const running = timers(context);
  if (running.size < TIMERS_MAX) running.set(shortText(context, label), monotonicUs());
}

function consoleTimeLog(context: HostContext, label: number): void {
  const name = shortText(context, label);
  const start = timers(context).get(name);
  if (start === undefined) return;
  context.log.write(encoder.encode(`${name}: ${((monotonicUs() - start) / 1000).toFixed(3)}ms\n`));
}

function consoleTimeEnd(context: HostContext, label: number): void {
  consoleTimeLog(context, label);
  timers(context).delete(shortText(context, label));
}

function writeLine(context: HostContext, sink: Pick<LogSink, 'write'>, text: number): void {
  writeText(context, sink, text);
  sink.write(newline);
}

/** Writes the string at `text` as UTF-8, piece by piece: the sink's limit ends it, not the host's memory. */
function writeText(context: HostContext, sink: Pick<LogSink, 'write'>, text: number): void {
  const units = unitsAt(context, text);
  if (units === undefined) return sink.write(encoder.encode('null'));
  if (units.length <= PIECE_BYTES) return sink.write(encoder.encode(utf16.decode(units)));
  const pace = paceOf(context);
  const decoder = new TextDecoder('utf-16le');
  for (let start = 0; start < units.length; start += PIECE_BYTES) {
    const piece = units.subarray(start, start + PIECE_BYTES);
    sink.write(encoder.encode(decoder.decode(piece, { stream: start + PIECE_BYTES < units.length })));
    pace.bytes(piece.length * 4);
  }
}

function shortText(context: HostContext, text: number): string {
  const units = unitsAt(context, text);
  return units === undefined ? 'null' : utf16.decode(units.subarray(0, 2 * MESSAGE_UNITS));
}

/** The bytes of the string at `text`, undefined for null. Throws `BAD_POINTER`. */
function unitsAt(context: HostContext, text: number): Uint8Array | undefined {
  if (text === 0) return undefined;
  return context.memory.slice(text, context.memory.u32(text - 4));
}
