import type { HostContext, HostFunction } from './context.ts';
import { guestFrames } from './guest-stack.ts';

/** What helps to find out how a function runs, module `env`. A bad pointer ends the call with `BAD_POINTER`. */
export const DIAGNOSTIC_FUNCTIONS: readonly HostFunction[] = [
  { name: '__faasm_conf_flag', params: ['i32'], result: 'i32', call: confFlag },
  { name: '__faasm_backtrace', params: ['i32'], call: backtrace },
];

/** Most frames that a backtrace has. */
const FRAMES_MAX = 64;
/** The host's own functions lie on top of the guest's; there are fewer than this. */
const HOST_FRAMES_MAX = 10;

const encoder = new TextEncoder();

/** Faasm's flags for tests of the interface itself. */
const FLAGS: Readonly<Record<string, number>> = { ALWAYS_ON: 1, ALWAYS_OFF: 0 };

/** Faasm's `__faasm_conf_flag(key)`: 1 for a flag that is on, else 0; a line of log for one that does not exist. */
function confFlag(context: HostContext, key: number): number {
  const name = context.memory.string(key);
  const value = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
  if (value === undefined) context.log.write(encoder.encode(`There is no configuration flag ${name}; it is off.\n`));
  return value ?? 0;
}

/** Faasm's `__faasm_backtrace(depth)`: the innermost `depth` functions of the guest, a line of log each. */
function backtrace(context: HostContext, depth: number): void {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES_MAX + HOST_FRAMES_MAX;
  const { stack = '' } = new Error('backtrace');
  Error.stackTraceLimit = limit;
  const frames = guestFrames(stack).slice(0, Math.min(Math.max(depth, 0), FRAMES_MAX));
  const lines = frames.map(({ name, offset }, index) => `#${index} ${name} (${offset})\n`);
  context.log.write(encoder.encode(lines.join('')));
}
