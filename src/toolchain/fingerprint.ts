import { createHash } from 'node:crypto';
import { compilerInfo } from './compiler.ts';
import { type CompileJob, languageOf } from './job.ts';
import { readSources } from './source-tree.ts';

/**
 * SHA-256 over everything a module is made from: compiler, flags, source and every header it can see, by path relative
 * to `root`, so that moving the project builds nothing again.
 */
export async function fingerprint(job: CompileJob, root: string): Promise<string> {
  const hash = createHash('sha256');
  const add = (part: string | Uint8Array) => hash.update(`${part.length}:`).update(part);
  add(compilerInfo(languageOf(job.sources[0] ?? '')).identity);
  add(JSON.stringify([job.flags, job.linkFlags]));
  for (const [path, bytes] of await readSources(job)) {
    add(path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path);
    add(bytes);
  }
  return hash.digest('hex');
}
