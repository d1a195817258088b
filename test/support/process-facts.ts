import { readFileSync } from 'node:fs';

/** Mappings of this process, as the kernel counts them. */
export function mappingCount(): number {
  return readFileSync('/proc/self/maps', 'latin1').split('\n').length - 1;
}

/** Memory of this process in bytes: resident, and its share of what several mappings or processes have in common. */
export function memoryUse(): { readonly rss: number; readonly pss: number } {
  const text = readFileSync('/proc/self/smaps_rollup', 'latin1');
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024;
  return { rss: kilobytes('Rss'), pss: kilobytes('Pss') };
}

/** Most resident memory that a process has had, in bytes. */
export function peakMemoryBytes(pid: number | undefined): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024;
}
