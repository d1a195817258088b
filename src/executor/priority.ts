import { getPriority, setPriority } from 'node:os';

/**
 * How far threads of functions stand back behind the host's own, in steps of Unix' niceness: a host must answer,
 * whatever its functions do. Threads beyond the usual number mostly have CPU-bound calls, which stand back behind short
 * ones, but not so far that a short call that comes to be there would have to wait for them.
 */
export const STEPS_BACK = { base: 3, extra: 5 } as const;
const LAST = 19;

/** Makes the calling thread, and what it starts from here on, stand back; without effect where a thread cannot. */
export function standBack(steps: number): void {
  // Elsewhere the priority is that of the whole process.
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, Math.min(LAST, getPriority(0) + steps));
  } catch {
    // It may not be changed here; the host does without.
  }
}
