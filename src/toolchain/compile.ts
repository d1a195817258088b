import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type CompilerInfo, compilerInfo, createCompiler } from './compiler.ts';
import { findSystemClang } from './find-clang.ts';
import {
  CompileError,
  type CompileJob,
  type CompileOutput,
  type Language,
  languageOf,
  type ReportStep,
} from './job.ts';
import { replaceFile } from './replace-file.ts';
import { compileWithSystemClang, type SystemClang, systemClangInfo } from './system-clang.ts';

/** Options of {@link compileProgram}. */
export interface CompileProgramOptions {
  /** Sources of one module: C and C++ files, any number of both, or one AssemblyScript file. */
  readonly sources: readonly string[];
  /** Where the module goes; missing folders are made. */
  readonly outFile: string;
  /** Folders searched for headers and libraries, before our guest SDK's. */
  readonly includeDirs?: readonly string[];
  /** Compiler flags beside our own. */
  readonly flags?: readonly string[];
  /** Linker flags beside our own; C and C++ only. */
  readonly linkFlags?: readonly string[];
  /** `auto` (the default) is the clang of this machine if it can build such a module, else the bundled one. */
  readonly compiler?: 'auto' | 'system' | 'bundled';
  /** Takes what the compiler says about sources it accepts. */
  readonly log?: (text: string) => void;
  /** Takes the steps as they begin. */
  readonly onProgress?: ReportStep;
  /** Folders, joined by `:`, to look for clang in; by default the PATH of this process. */
  readonly searchPath?: string;
}

/** What {@link compileProgram} made. */
export interface CompiledProgram {
  readonly compiler: CompilerInfo;
  readonly sizeBytes: number;
  /** Time the compiler took, without starting or looking for it. */
  readonly milliseconds: number;
  /** What the compiler said (warnings); empty when nothing. */
  readonly log: string;
}

const GUEST = resolve(import.meta.dirname, '../../guest');

/** Where the guest SDK lies, by language family. */
export const SDK_DIRS = { c: `${GUEST}/c/include`, assembly: `${GUEST}/assembly` } as const;

/** Without this part of the C library `printf("%Lf")` and its like trap. */
const LONG_DOUBLES = '-lc-printscan-long-double';

/**
 * Compiles a function written in C, C++ or AssemblyScript to a WebAssembly module. Rejects with a CompileError: its
 * message is the compiler's, or says what is wrong with the sources. Nothing is written then.
 */
export async function compileProgram(options: CompileProgramOptions): Promise<CompiledProgram> {
  const language = languageOfAll(options.sources);
  const includeDirs = (options.includeDirs ?? []).map((dir) => resolve(dir));
  const job: CompileJob = {
    sources: options.sources.map((source) => resolve(source)),
    includeDirs: [...includeDirs, language === 'assemblyscript' ? SDK_DIRS.assembly : SDK_DIRS.c],
    flags: options.flags ?? [],
    linkFlags: [...(language === 'assemblyscript' ? [] : [LONG_DOUBLES]), ...(options.linkFlags ?? [])],
  };
  await Promise.all([...job.sources.map(checkSource), ...includeDirs.map(checkFolder)]);

  const clang = await chooseSystemClang(language, options);
  const { wasm, log, milliseconds } = await (clang === undefined
    ? compileBundled(job, options.onProgress)
    : compileWithSystemClang(clang, job, options.onProgress));
  if (log !== '') options.log?.(log);
  await writeModule(options.outFile, wasm);
  const compiler = clang === undefined ? compilerInfo(language) : systemClangInfo(clang);
  return { compiler, sizeBytes: wasm.length, milliseconds, log };
}

/** SDK folders for a source. */
export function sdkDirs(source: string): string[] {
  return [source.endsWith('.ts') ? SDK_DIRS.assembly : SDK_DIRS.c];
}

/** Writes a file so that nobody sees half of it: another process may be building or uploading the same one. */
export async function writeModule(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await replaceFile(path, (temporary) => writeFile(temporary, bytes));
}

/** The system's clang to use, or undefined for the bundled compilers. */
async function chooseSystemClang(language: Language, options: CompileProgramOptions): Promise<SystemClang | undefined> {
  const { compiler = 'auto', searchPath } = options;
  if (compiler === 'bundled') return undefined;
  if (language === 'assemblyscript') {
    if (compiler === 'auto') return undefined;
    throw new CompileError('AssemblyScript has no compiler on the system: build it with the bundled one.');
  }
  const { clang, problems } = await findSystemClang(language, searchPath);
  if (clang !== undefined || compiler === 'auto') return clang;
  const reason = problems.length === 0 ? 'there is no clang on PATH' : problems.join('\n');
  throw new CompileError(`No clang of this system can build ${NAMES[language]} for WASI: ${reason}`);
}

const NAMES = { c: 'C', 'c++': 'C++' } as const;

async function compileBundled(job: CompileJob, onStep: ReportStep | undefined): Promise<CompileOutput> {
  const compiler = createCompiler();
  try {
    return await compiler.compile(job, onStep);
  } finally {
    compiler.close();
  }
}

/** The one language of `sources`, C++ when it is C and C++. Throws a CompileError when they cannot be one module. */
function languageOfAll(sources: readonly string[]): Language {
  const languages = new Set(sources.map(languageOf));
  if (languages.size === 0) throw new CompileError('There is nothing to compile: name at least one source.');
  if (!languages.has('assemblyscript')) return languages.has('c++') ? 'c++' : 'c';
  if (languages.size > 1) {
    throw new CompileError('AssemblyScript cannot be linked with C or C++: build them as functions of their own.');
  }
  if (sources.length > 1) {
    throw new CompileError('AssemblyScript takes one source: name the one with the entry point and import the others.');
  }
  return 'assemblyscript';
}

async function checkSource(path: string): Promise<void> {
  const found = await statOf(path);
  if (found === undefined) throw new CompileError(`There is no source ${path}.`);
  if (!found.isFile()) throw new CompileError(`The source ${path} is not a file.`);
}

async function checkFolder(path: string): Promise<void> {
  const found = await statOf(path);
  if (!found?.isDirectory()) throw new CompileError(`There is no include folder ${path}.`);
}

async function statOf(path: string) {
  return await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new CompileError(`Cannot read ${path}: ${error.message}`);
  });
}
