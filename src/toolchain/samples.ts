import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeModule } from './compile.ts';
import { createCompiler } from './compiler.ts';
import { fingerprint } from './fingerprint.ts';
import { CompileError } from './job.ts';
import { formatBuilt, formatFailed } from './progress.ts';
import { listSamples, type Sample } from './sample-list.ts';

const PROJECT = resolve(import.meta.dirname, '../..');

/** Options of {@link buildSamples}. */
export interface BuildSamplesOptions {
  /** Folder of the sources; by default the project's `func`. */
  readonly funcDir?: string;
  /** Folder of the modules, `<outDir>/<user>/<name>.wasm`; by default the project's `build/func`. */
  readonly outDir?: string;
  /** Build what is up to date, too. */
  readonly force?: boolean;
  /** Build the slow ones (C++), too. */
  readonly all?: boolean;
  /** Build only samples of these names, or `user/name`s. */
  readonly only?: string | readonly string[];
  /** Takes a line for each module built. */
  readonly log?: (line: string) => void;
  /** Whether those lines may hold terminal colours. */
  readonly colour?: boolean;
}

/** A sample and where its module lies. */
export interface BuiltSample {
  readonly user: string;
  readonly name: string;
  readonly file: string;
  /** False when it was up to date. */
  readonly built: boolean;
}

/**
 * Builds the samples whose sources, headers, flags or compiler have changed since their module was written. Compiles
 * all it can, then rejects with a CompileError that holds every failed sample's messages.
 */
export async function buildSamples(options: BuildSamplesOptions = {}): Promise<BuiltSample[]> {
  const outDir = options.outDir ?? join(PROJECT, 'build/func');
  const samples = await listSamples(options.funcDir ?? join(PROJECT, 'func'));
  const wanted = samples.filter((sample) => isWanted(sample, options));
  if (wanted.length === 0) throw new CompileError(`There is no sample ${options.only ?? 'in the folder'}.`);

  const planned = await Promise.all(wanted.map((sample) => plan(sample, outDir)));
  const stale = planned.filter((task) => options.force || !task.current);
  const failures: string[] = [];
  const compiler = createCompiler();
  let done = 0;
  // Each compiler has a process of its own and takes its jobs one by one: C and AssemblyScript build side by side.
  const builds = stale.map(async (task) => {
    const { wasm, log, milliseconds } = await compiler.compile(task.sample.job);
    await writeModule(task.file, wasm);
    await writeModule(stampOf(task.file), new TextEncoder().encode(task.stamp));
    done += 1;
    options.log?.(formatBuilt(task.sample, { done, total: stale.length, milliseconds }, options.colour ?? false));
    if (log !== '') options.log?.(log);
  });
  try {
    for (const [index, outcome] of (await Promise.allSettled(builds)).entries()) {
      if (outcome.status === 'fulfilled') continue;
      const { sample } = stale[index] as Task;
      failures.push(formatFailed(sample, String(outcome.reason?.message ?? outcome.reason), options.colour ?? false));
    }
  } finally {
    compiler.close();
  }
  if (failures.length > 0) throw new CompileError(failures.join('\n'));
  return planned.map(({ sample, file }, index) => {
    const built = stale.includes(planned[index] as Task);
    return { user: sample.user, name: sample.name, file, built };
  });
}

function isWanted({ user, name, slow }: Sample, { only, all }: BuildSamplesOptions): boolean {
  if (only === undefined) return all === true || !slow;
  const names = typeof only === 'string' ? [only] : only;
  return names.includes(name) || names.includes(`${user}/${name}`);
}

interface Task {
  readonly sample: Sample;
  readonly file: string;
  readonly stamp: string;
  /** Whether the module that is there was made from this very input. */
  readonly current: boolean;
}

async function plan(sample: Sample, outDir: string): Promise<Task> {
  const file = join(outDir, sample.user, `${sample.name}.wasm`);
  const inputs = await fingerprint(sample.job, PROJECT);
  const before = await readFile(stampOf(file), 'utf8').catch(() => '');
  const there = await readFile(file).catch(() => undefined);
  return { sample, file, stamp: inputs, current: there !== undefined && before === inputs };
}

function stampOf(file: string): string {
  return `${file}.inputs`;
}
