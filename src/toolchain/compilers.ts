import { type CompilerInfo, compilerInfo } from './compiler.ts';
import { findSystemClang } from './find-clang.ts';
import type { Language } from './job.ts';
import { systemClangInfo } from './system-clang.ts';

/** A compiler for one language, or why there is none. */
export interface CompilerReport {
  readonly kind: CompilerInfo['kind'];
  readonly language: Language;
  /** Undefined when it is missing. */
  readonly compiler?: CompilerInfo;
  /** What was found and cannot be used, or why nothing was. Lines of their own for each clang. */
  readonly problems: readonly string[];
}

const LANGUAGES: readonly Language[] = ['c', 'c++', 'assemblyscript'];

/**
 * All compilers that functions can be built with here, those that are preferred first. The system's are tried by
 * building small programs, in `searchPath` (folders joined by `:`) or the PATH of this process; some seconds.
 */
export async function compilers(searchPath?: string): Promise<CompilerReport[]> {
  const system = (['c', 'c++'] as const).map(async (language): Promise<CompilerReport> => {
    const { clang, problems } = await findSystemClang(language, searchPath);
    if (clang !== undefined) return { kind: 'system', language, compiler: systemClangInfo(clang), problems };
    return { kind: 'system', language, problems: problems.length === 0 ? ['there is no clang on PATH'] : problems };
  });
  return [...(await Promise.all(system)), ...LANGUAGES.map(bundled)];
}

function bundled(language: Language): CompilerReport {
  try {
    return { kind: 'bundled', language, compiler: compilerInfo(language), problems: [] };
  } catch (error) {
    return { kind: 'bundled', language, problems: [(error as Error).message] };
  }
}
