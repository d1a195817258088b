import type { CompileJob } from './job.ts';

const FLAGS = [
  '-O3',
  // Keeps function names, for traps and profiles; there is no source map.
  '--debug',
  // Functions share regions, and add to counters in them by atomics.
  '--enable',
  'threads',
];

/** Our flags, as part of what a build depends on. */
export const ASSEMBLY_SCRIPT_FLAGS: readonly string[] = FLAGS;

/** Arguments of `asc` that turn the job's source into `module`. */
export function ascArguments(job: CompileJob, module: string): string[] {
  const libraries = job.includeDirs.flatMap((dir) => ['--lib', dir]);
  return [...job.sources, ...FLAGS, ...libraries, ...job.flags, '--outFile', module];
}
