import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ClangCommand, type ClangTarget, clangFlags, compileCommand, linkCommand, objectName } from './clang.ts';
import type { CompilerInfo } from './compiler.ts';
import { CompileError, type CompileJob, type CompileOutput, type ReportStep } from './job.ts';

/** Our entry in place of the library's, which may not call constructors. */
const START = resolve(import.meta.dirname, '../../guest/c/start.c');

/** A clang of this machine. */
export interface SystemClang {
  /** Its name on PATH: `clang`, `clang-22`. */
  readonly command: string;
  readonly version: string;
  /** The name under which it finds its WASI library. */
  readonly target: ClangTarget;
  /** Folders it was found in, joined by `:`; undefined: the PATH of this process. */
  readonly searchPath?: string;
}

/** What is reported of a system's clang. */
export function systemClangInfo({ command, version, target }: SystemClang): CompilerInfo {
  const identity = [command, version, ...clangFlags(target)].join(' ');
  return { kind: 'system', name: command, version, identity };
}

/** Compiles a C or C++ job, several sources at a time. Rejects with a CompileError for a faulty source. */
export async function compileWithSystemClang(
  clang: SystemClang,
  job: CompileJob,
  onStep?: ReportStep,
): Promise<CompileOutput> {
  const start = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'faasm-clang-'));
  try {
    const total = job.sources.length + 1;
    const objects = job.sources.map((source, index) => join(folder, objectName(source, index)));
    const said: string[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      for (let index = next++; index < total - 1; index = next++) {
        const source = job.sources[index] as string;
        onStep?.({ action: 'compile', source, done: index, total });
        said[index] = await runClang(clang, compileCommand(job, clang.target, source, objects[index] as string));
      }
    };
    // All of them, so that nothing still writes to the folder when it is removed.
    const workers = await Promise.allSettled(Array.from({ length: availableParallelism() }, work));
    for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
    onStep?.({ action: 'link', done: total - 1, total });
    const entry = join(folder, 'start.o');
    await runClang(clang, compileCommand({ ...job, flags: [] }, clang.target, START, entry));
    const linked = { ...job, linkFlags: ['-nostartfiles', ...job.linkFlags] };
    const module = join(folder, 'module.wasm');
    said.push(await runClang(clang, linkCommand(linked, clang.target, [entry, ...objects], module)));
    const log = said.filter((text) => text !== '').join('\n');
    return { wasm: await readFile(module), log, milliseconds: performance.now() - start };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Most text we take from a compiler; one that says more is ended. */
const MAX_TEXT = 16 * 1024 * 1024;

/** Runs clang and answers what it said. Rejects with a CompileError when it fails, and as `spawn` does without it. */
export function runClang(
  { command, searchPath }: Pick<SystemClang, 'command' | 'searchPath'>,
  [driver, ...args]: ClangCommand,
): Promise<string> {
  // One binary serves both languages: a `clang++` beside it may be missing or another one.
  const all = driver === 'clang++' ? ['--driver-mode=g++', ...args] : args;
  const options = { maxBuffer: MAX_TEXT, ...(searchPath !== undefined && { env: { PATH: searchPath } }) };
  return new Promise((resolve, reject) => {
    execFile(command, all, options, (error, stdout, stderr) => {
      const text = `${stderr}${stdout}`.trim();
      if (error === null) resolve(text);
      else if (typeof error.code === 'string') reject(error);
      else reject(new CompileError(text || error.message));
    });
  });
}
