import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/**
 * How far threads stand back behind the main thread, in steps of Unix' niceness: a host must answer, whatever its functions
 * do. Eight steps are a sixth of the main thread's weight, so that it has most of its core even where CPU-bound functions
 * want that; with three and five it waited longer than it ran. Threads beyond the usual number mostly have CPU-bound
 * calls, which stand back behind short ones. V8's own threads, which compile for functions and collect garbage, come
 * before both: others wait for them.
 */
export const STEPS_BACK = { helpers: 5, base: 8, extra: 13 } as const;
const LAST = 19;
/** What Node calls threads of its platform, in all versions. */
const HELPER_NAME = /V8Worker/;

/**
 * What the system calls the calling thread, also for other threads of the process; undefined where threads have no names
 * or priorities of their own.
 */
export function systemThread(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const [owner, , thread] = readlinkSync('/proc/thread-self').split('/');
    // Where it is the /proc of another namespace, its numbers are those of others here.
    return Number(owner) === process.pid ? Number(thread) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Makes a thread, and what it starts from here on, stand back behind the calling one (see {@link systemThread}; default:
 * the calling one itself). Never undone: that takes privileges. Without effect where a thread cannot.
 */
export function standBack(steps: number, thread = systemThread()): void {
  if (thread === undefined) return;
  try {
    setPriority(thread, Math.min(LAST, getPriority(0) + steps));
  } catch {
    // It may not be changed here, or the thread has gone; the host does without.
  }
}

/**
 * Makes V8's own threads stand back behind the calling thread, which must be the main one. Calling it again changes
 * nothing; without effect where threads have no names or priorities of their own.
 */
export function standBackHelpers(): void {
  for (const thread of helperThreads()) standBack(STEPS_BACK.helpers, thread);
}

function helperThreads(): number[] {
  if (systemThread() === undefined) return [];
  const tasks = '/proc/self/task';
  try {
    return readdirSync(tasks)
      .filter((thread) => HELPER_NAME.test(readFileSync(`${tasks}/${thread}/comm`, 'latin1')))
      .map(Number);
  } catch {
    return [];
  }
}
