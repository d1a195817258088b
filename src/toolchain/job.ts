import { extname } from 'node:path';

/** What can be compiled. */
export type Language = 'c' | 'c++' | 'assemblyscript';

/** One module to build. Plain data: it is sent to a compiler's process and hashed to see whether it changed. */
export interface CompileJob {
  /** Absolute paths of the sources, all of one language; AssemblyScript takes one. */
  readonly sources: readonly string[];
  /** Absolute folders searched for `#include <...>` and `import ... from "name"`. */
  readonly includeDirs: readonly string[];
  /** Compiler flags beside our own. */
  readonly flags: readonly string[];
  /** Linker flags beside our own; C and C++ only. */
  readonly linkFlags: readonly string[];
}

/** A compiled module and what the compiler said about it (warnings). */
export interface CompileOutput {
  readonly wasm: Uint8Array;
  readonly log: string;
  /** Time the compiler took, without waiting for its turn. */
  readonly milliseconds: number;
}

/** A part of a job that begins. */
export interface CompileStep {
  readonly action: 'compile' | 'link';
  /** The source that is compiled; none for `link`. */
  readonly source?: string;
  /** Steps done before this one, and steps in all. */
  readonly done: number;
  readonly total: number;
}

/** Takes the steps of a job as they begin. */
export type ReportStep = (step: CompileStep) => void;

/** The source did not compile; the message is the compiler's. Compare `code`, not the class. */
export class CompileError extends Error {
  readonly code = 'COMPILE_FAILED';

  constructor(message: string) {
    super(message);
    this.name = 'CompileError';
  }
}

const LANGUAGES: Readonly<Record<string, Language>> = {
  '.c': 'c',
  '.cc': 'c++',
  '.cpp': 'c++',
  '.cxx': 'c++',
  '.ts': 'assemblyscript',
};

/** Language of a source by its extension; throws a {@link CompileError} for one no compiler here takes. */
export function languageOf(path: string): Language {
  const language = LANGUAGES[extname(path)];
  if (language !== undefined) return language;
  throw new CompileError(`Cannot compile ${path}: use one of ${Object.keys(LANGUAGES).join(', ')}.`);
}
