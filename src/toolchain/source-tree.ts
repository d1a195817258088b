import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { CompileJob } from './job.ts';

const HEADER = /\.(h|hh|hpp|hxx|inc|def)$/;
const MODULE = /\.ts$/;
/** Folders that are no part of a library: an include folder may be the root of a whole project. */
const FOREIGN = /^(\.|node_modules$)/;

/**
 * Every file a job can read, by absolute path and sorted: its sources, the headers beside them, and those in its
 * include folders, without hidden ones and `node_modules`. The bundled clang sees these files and no others, so a hash over them says whether the module is up to date.
 */
export async function readSources(job: CompileJob): Promise<Map<string, Uint8Array>> {
  const paths = new Set(job.sources);
  for (const dir of new Set(job.sources.map(dirname))) {
    for (const name of await readdir(dir)) if (HEADER.test(name)) paths.add(join(dir, name));
  }
  for (const dir of job.includeDirs) {
    for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
      const wanted = HEADER.test(entry.name) || MODULE.test(entry.name) || !entry.name.includes('.');
      const isForeign = relative(dir, entry.parentPath)
        .split(sep)
        .some((part) => FOREIGN.test(part));
      if (entry.isFile() && wanted && !isForeign) paths.add(join(entry.parentPath, entry.name));
    }
  }
  const sorted = [...paths].sort();
  const contents = await Promise.all(sorted.map((path) => readFile(path)));
  return new Map(sorted.map((path, index) => [path, contents[index] as Uint8Array]));
}
