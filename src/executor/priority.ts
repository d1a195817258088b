import { setPriority } from 'node:os';

/**
 * How far threads of functions stand back behind the host's own, as the niceness of Unix: a host must answer, whatever
 * its functions do. Threads beyond the usual number mostly have CPU-bound calls, which stand back behind short ones.
 */
export const NICENESS = { base: 3, extra: 10 } as const;

/** Makes the calling thread, and what it starts from here on, stand back; without effect where a thread cannot. */
export function standBack(niceness: number): void {
  // Elsewhere the priority is that of the whole process.
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, niceness);
  } catch {
    // It stands back further already, and may not come forward.
  }
}
