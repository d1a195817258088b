import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { Budget, type Resource } from './core/budget.ts';
import { PAGE_BYTES, USER_SHARE } from './core/limits.ts';

/** Live memories at which V8 refuses another (8 GiB of addresses each of 128 TiB), less a margin. */
const MEMORIES_MAX = 15_000;
/** Share of the machine's memory for Faaslets and regions when none is configured. */
const MEMORY_SHARE = 0.75;
/** And for state that is kept in the memory of the host, of which values and records take that much of V8's heap. */
const STATE_SHARE = 0.25;
const HEAP_SHARE = 0.5;
const ENTRY_HEAP_BYTES = 768;
/** Mappings that V8 and the C library need for themselves: beyond the kernel's limit V8 aborts the process. */
const MAPPINGS_RESERVED = 1500;
const MAPPINGS_PER_THREAD = 60;
const KERNEL_MAPPINGS_DEFAULT = 65_530;

/** The budget of this host: what Faaslets may use before the kernel or V8 would say no the hard way. */
export function hostBudget(options: { readonly memoryBytes: number; readonly threadsMax: number }): Budget {
  const memoryBytes = options.memoryBytes || machineBytes() * MEMORY_SHARE;
  const inUse = (procFile('/proc/self/maps') ?? '').split('\n').length;
  const allowed = Number(procFile('/proc/sys/vm/max_map_count') ?? KERNEL_MAPPINGS_DEFAULT);
  return Budget.of({
    memoryPages: Math.floor(memoryBytes / PAGE_BYTES),
    memories: MEMORIES_MAX,
    mappings: Math.max(0, allowed - inUse - MAPPINGS_RESERVED - MAPPINGS_PER_THREAD * options.threadsMax),
  });
}

/** What all users together may keep of state in the memory of this process: beyond it V8 or the kernel ends the process. */
export function stateRoom(): { readonly limitBytes: number; readonly limitEntries: number } {
  const heapBytes = getHeapStatistics().heap_size_limit * HEAP_SHARE;
  return {
    limitBytes: Math.floor(machineBytes() * STATE_SHARE),
    limitEntries: Math.floor(heapBytes / ENTRY_HEAP_BYTES),
  };
}

/** What the calls of one user may have of `budget`. `memoryBytes`: 0 for a share of it. */
export function userShare(budget: Budget, memoryBytes: number): Record<Resource, number> {
  const share = (resource: Resource): number => Math.floor(budget.limit(resource) * USER_SHARE);
  const memoryPages = memoryBytes > 0 ? Math.ceil(memoryBytes / PAGE_BYTES) : share('memoryPages');
  return { memoryPages, memories: share('memories'), mappings: share('mappings') };
}

/** Memory of the machine, or of the container. */
function machineBytes(): number {
  return Math.min(process.constrainedMemory() || totalmem(), totalmem());
}

function procFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined; // not Linux
  }
}
