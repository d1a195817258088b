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
  readonly job: CompileJob;
}

/** Language folders of `func/`: the flags their samples are held to. */
const FOLDERS = [
  { folder: 'c', language: 'C', extension: '.c', flags: ['-Wall', '-Wextra', '-Werror'] },
  { folder: 'cpp', language: 'C++', extension: '.cpp', flags: ['-Wall', '-Wextra', '-Werror'] },
  { folder: 'ts', language: 'TypeScript', extension: '.ts', flags: [] },
];

/** All samples below `funcDir`, sorted by language, user and name. */
export async function listSamples(funcDir: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const { folder, language, extension, flags } of FOLDERS) {
    const entries = await readdir(join(funcDir, folder), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const { name, ext } = parse(entry.name);
      if (!entry.isFile() || ext !== extension) continue;
      const source = resolve(entry.parentPath, entry.name);
      const job = { sources: [source], includeDirs: sdkDirs(source), flags, linkFlags: [] };
      samples.push({ user: parse(entry.parentPath).base, name, language, job });
    }
  }
  return samples.sort((a, b) => order(a).localeCompare(order(b), 'en'));
}

function order(sample: Sample): string {
  return `${sample.language} ${sample.user} ${sample.name}`;
}
