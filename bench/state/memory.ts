import { readFileSync } from 'node:fs';

/** Memory of processes together, in bytes: what several of them share is counted once (PSS). */
export function memoryBytes(pids: readonly number[]): number {
  let kib = 0;
  for (const pid of pids) {
    const [, pss] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
    kib += Number(pss);
  }
  return kib * 1024;
}
