/**
 * Compiler process for C and C++: clang and lld compiled to WebAssembly (`@yowasp/clang`), with their own WASI library.
 * They need nothing from the host, so every machine builds the same bytes.
 */
import { commands, Exit, runLLVM, type Tree } from '@yowasp/clang';
import { type Compiled, serveJobs } from './child.ts';
import { BUNDLED_TARGET, type ClangCommand, compileCommand, linkCommand, objectName } from './clang.ts';
import { CompileError, type CompileJob, type ReportStep } from './job.ts';
import { readSources } from './source-tree.ts';

/** Where the compiler sees our files: its own lie in /usr, which would hide a project in /usr/src. */
const ROOT = '/host-files';

/** The job as the compiler sees it. */
function mapPaths(job: CompileJob): CompileJob {
  const map = (paths: readonly string[]) => paths.map((path) => ROOT + path);
  return { ...job, sources: map(job.sources), includeDirs: map(job.includeDirs) };
}

/** The files in {@link ROOT}, as the compiler's file system. */
function toTree(files: ReadonlyMap<string, Uint8Array>): Tree {
  const root: Tree = {};
  for (const [path, bytes] of files) {
    const parts = (ROOT + path).split('/').filter((part) => part !== '');
    const name = parts.pop() as string;
    let folder = root;
    for (const part of parts) {
      folder[part] ??= {};
      folder = folder[part] as Tree;
    }
    folder[name] = bytes;
  }
  return root;
}

/** Runs one command over `files` and returns the file it writes; what it prints goes to `said`. */
async function runCommand(
  [driver, ...args]: ClangCommand,
  files: Tree,
  output: string,
  said: string[],
): Promise<Uint8Array> {
  const decoder = new TextDecoder();
  const print = (bytes: Uint8Array | null) => void (bytes && said.push(decoder.decode(bytes, { stream: true })));
  try {
    // Without a progress callback the package reports the loading of its own files on stderr.
    const result = await commands[driver](args, files, { stdout: print, stderr: print, fetchProgress: () => {} });
    return result?.[output] as Uint8Array;
  } catch (error) {
    if (error instanceof Exit) throw new CompileError(explain(textOf(said) || error.message));
    throw error;
  }
}

/** What was printed, with our paths as the user knows them. */
function textOf(said: readonly string[]): string {
  return said.join('').replaceAll(`${ROOT}/`, '/').trim();
}

/** A message of the compiler; a header that it does not find may well be there. */
function explain(message: string): string {
  if (!message.includes('file not found')) return message;
  return `${message}\n(The bundled clang sees headers beside the sources and in include folders, no others.)`;
}

async function compile(request: CompileJob, report: ReportStep): Promise<Compiled> {
  const tree = toTree(await readSources(request));
  const job = mapPaths(request);
  const said: string[] = [];
  const objects: Tree = {};
  const total = job.sources.length + 1;
  for (const [index, source] of job.sources.entries()) {
    const object = objectName(source, index);
    report({ action: 'compile', source: request.sources[index] as string, done: index, total });
    objects[object] = await runCommand(compileCommand(job, BUNDLED_TARGET, source, object), tree, object, said);
  }
  report({ action: 'link', done: total - 1, total });
  const link = linkCommand(job, BUNDLED_TARGET, Object.keys(objects), 'module.wasm');
  const wasm = await runCommand(link, objects, 'module.wasm', said);
  return { wasm, log: textOf(said) };
}

// The package's first command asks for its files once more without our callback, unless they are there already.
await runLLVM(undefined, undefined, { fetchProgress: () => {} });
serveJobs(compile);
