import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of /proc/PID/stat in a second (USER_HZ): fixed by Linux for user programs. */
const TICKS_PER_SECOND = 100;

/** CPU seconds of the process `pid`, all its threads, its living descendants and those it has waited for. */
export function cpuSeconds(pid: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const [, parent] = readStat(Number(name)) ?? [];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isInside = (candidate: number | undefined): boolean =>
    candidate === pid || (candidate !== undefined && candidate > 1 && isInside(parents.get(candidate)));
  let ticks = 0;
  for (const candidate of parents.keys()) {
    if (!isInside(candidate)) continue;
    const stat = readStat(candidate);
    // utime, stime and those of children it has waited for.
    for (const at of [11, 12, 13, 14]) ticks += Number(stat?.[at] ?? 0);
  }
  return ticks / TICKS_PER_SECOND;
}

/** Fields of /proc/PID/stat from the state on; undefined when the process is gone. */
function readStat(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name before it is in brackets and may hold blanks and brackets.
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
