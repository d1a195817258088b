import { readdirSync, readFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/**
 * How far threads stand back behind the main thread, in steps of Unix' niceness. A host must answer, whatever its
 * functions do: ten steps are a tenth of the main thread's weight, so that several CPU-bound functions on its core leave
 * it two thirds of that even while it is busy (with five it waited for the core longer than it ran). Threads beyond the
 * usual number mostly have CPU-bound calls, which stand back behind short ones, but only a little: a short call may come
 * to be there while a runaway that looked short is on a usual thread. V8's own threads, which compile for functions and
 * collect garbage, stand between the two: others wait for them.
 */
export const STEPS_BACK = { helpers: 5, base: 10, extra: 12 } as const;
const LAST = 19;
/** What Node calls threads of its platform, in all versions. */
const HELPER_NAME = /V8Worker/;

/** Makes the calling thread, and what it starts from here on, stand back; without effect where a thread cannot. */
export function standBack(steps: number): void {
  setPriorityOf(0, getPriority(0) + steps);
}

/**
 * Makes V8's own threads stand back behind the calling thread, which must be the main one. Calling it again changes
 * nothing; without effect where threads have no names or priorities of their own.
 */
export function standBackHelpers(): void {
  if (process.platform !== 'linux') return;
  for (const thread of helperThreads()) setPriorityOf(thread, getPriority(0) + STEPS_BACK.helpers);
}

function setPriorityOf(thread: number, priority: number): void {
  // Elsewhere the priority is that of the whole process.
  if (process.platform !== 'linux') return;
  try {
    setPriority(thread, Math.min(LAST, priority));
  } catch {
    // It may not be changed here, or the thread has gone; the host does without.
  }
}

function helperThreads(): number[] {
  const tasks = '/proc/self/task';
  try {
    return readdirSync(tasks)
      .filter((thread) => HELPER_NAME.test(readFileSync(`${tasks}/${thread}/comm`, 'latin1')))
      .map(Number);
  } catch {
    return [];
  }
}
