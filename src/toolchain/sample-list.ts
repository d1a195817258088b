import { readdir } from 'node:fs/promises';
import { join, parse, resolve } from 'node:path';
import { sdkDirs } from './compile.ts';
import type { CompileJob } from './job.ts';

/** A sample function: `func/<language>/<user>/<name>.<extension>`. */
export interface Sample {
  readonly user: string;
  readonly name: string;
  /** Label of its language folder. */
  readonly language: string;
  /** Slow to compile: built only where all are asked for. */
  readonly slow: boolean;
  readonly job: CompileJob;
}

/** What a first start builds, `user/name`: enough to try things, in a few seconds. */
export const START_SAMPLES: readonly string[] = [
  'hello',
  'hello_ts',
  'echo',
  'echo_ts',
  'fibonacci',
  'reverse_ts',
  'sleep',
  'state_counter',
  'word_count',
  'zygote_check',
].map((name) => `demo/${name}`);

/** Language folders of `func/` and the flags their samples are held to. One C++ sample takes as long as all others. */
const FOLDERS = [
  { folder: 'c', language: 'C', extension: '.c', slow: false, flags: ['-Wall', '-Wextra', '-Werror'] },
  { folder: 'cpp', language: 'C++', extension: '.cpp', slow: true, flags: ['-Wall', '-Wextra', '-Werror'] },
  { folder: 'ts', language: 'TypeScript', extension: '.ts', slow: false, flags: [] },
];

/** All samples below `funcDir`, sorted by language, user and name. */
export async function listSamples(funcDir: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const { folder, language, extension, slow, flags } of FOLDERS) {
    const entries = await readdir(join(funcDir, folder), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const { name, ext } = parse(entry.name);
      if (!entry.isFile() || ext !== extension) continue;
      const source = resolve(entry.parentPath, entry.name);
      const job = { sources: [source], includeDirs: sdkDirs(source), flags, linkFlags: [] };
      samples.push({ user: parse(entry.parentPath).base, name, language, slow, job });
    }
  }
  return samples.sort((a, b) => order(a).localeCompare(order(b), 'en'));
}

function order(sample: Sample): string {
  return `${sample.language} ${sample.user} ${sample.name}`;
}
