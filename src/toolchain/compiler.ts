import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { siblingModule } from '../core/sibling-module.ts';
import { ASSEMBLY_SCRIPT_FLAGS } from './assembly-script.ts';
import { type CompilerProcess, startCompilerProcess } from './child.ts';
import { BUNDLED_TARGET, clangFlags } from './clang.ts';
import { type CompileJob, type CompileOutput, type Language, languageOf, type ReportStep } from './job.ts';

/** What compiles a language. */
export interface CompilerInfo {
  /** Installed by npm with this project, or found on PATH. */
  readonly kind: 'bundled' | 'system';
  /** Name for people. */
  readonly name: string;
  readonly version: string;
  /** Changes whenever the same source may compile to something else: version and flags. */
  readonly identity: string;
}

/** Compiles modules, in processes that start at the first job of their kind and are kept until `close`. */
export interface Compiler {
  /** Rejects with a CompileError for a faulty source. */
  compile(job: CompileJob, onStep?: ReportStep): Promise<CompileOutput>;
  /** Ends the processes. */
  close(): void;
}

interface Tool {
  readonly name: string;
  readonly packageName: string;
  readonly flags: readonly string[];
  readonly entry: URL;
}

const CLANG: Tool = {
  name: 'yowasp clang',
  packageName: '@yowasp/clang',
  flags: clangFlags(BUNDLED_TARGET),
  entry: siblingModule('clang-worker', import.meta.url),
};

const ASSEMBLY_SCRIPT: Tool = {
  name: 'asc',
  packageName: 'assemblyscript',
  flags: ASSEMBLY_SCRIPT_FLAGS,
  entry: siblingModule('assembly-script-worker', import.meta.url),
};

const TOOLS: Readonly<Record<Language, Tool>> = { c: CLANG, 'c++': CLANG, assemblyscript: ASSEMBLY_SCRIPT };

/** The bundled compiler of `language`. */
export function compilerInfo(language: Language): CompilerInfo {
  const { name, packageName, flags } = TOOLS[language];
  const version = packageVersion(packageName);
  return { kind: 'bundled', name, version, identity: [packageName, version, ...flags].join(' ') };
}

/** Creates a compiler out of the bundled ones; it costs nothing until its first job. */
export function createCompiler(): Compiler {
  const processes = new Map<Tool, CompilerProcess>();
  return {
    async compile(job, onStep) {
      const tool = TOOLS[languageOf(job.sources[0] ?? '')];
      let process = processes.get(tool);
      if (process === undefined) {
        process = startCompilerProcess(tool.entry);
        processes.set(tool, process);
      }
      return process.run(job, onStep);
    },
    close() {
      for (const process of processes.values()) process.close();
      processes.clear();
    },
  };
}

/** Version of an installed package, without loading it. */
function packageVersion(name: string): string {
  const require = createRequire(import.meta.url);
  // Not every package exports its package.json, so the folder is looked for where Node would look.
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')).version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error(`${name} is not installed beside ${dirname(import.meta.dirname)}: run npm install.`);
}
