import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClangTarget } from './clang.ts';
import type { Language } from './job.ts';
import { compileWithSystemClang, runClang, type SystemClang } from './system-clang.ts';

/** What looking for a clang came to. */
export interface ClangSearch {
  /** The first that can build modules. */
  readonly clang?: SystemClang;
  /** A line for each clang that is there but cannot, with its own words. */
  readonly problems: readonly string[];
}

type ClangLanguage = Exclude<Language, 'assemblyscript'>;

/** The one without a number is what the machine's owner chose; the newest of the others comes first. */
const NEWEST = 30;
const OLDEST = 14;
const COMMANDS = ['clang', ...Array.from({ length: NEWEST - OLDEST + 1 }, (_, index) => `clang-${NEWEST - index}`)];

const TARGETS: readonly ClangTarget[] = ['wasm32-wasip1', 'wasm32-wasi'];

/** Small programs that need headers, compiler, linker, the C library and, in C++, that language's library. */
const PROBES: Readonly<Record<ClangLanguage, { readonly file: string; readonly text: string }>> = {
  c: { file: 'probe.c', text: '#include <stdio.h>\nint main(void) { return puts("found") < 0; }\n' },
  'c++': {
    file: 'probe.cpp',
    text: '#include <string>\nint main(int count, char **words) { return std::string(words[count - 1]).size() == 0; }\n',
  },
};

const searches = new Map<string, Promise<ClangSearch>>();

/**
 * Looks for a clang that can build WASI modules of `language`, in `searchPath` (folders joined by `:`) or the PATH of
 * this process, by building one. The answer is kept for the life of the process. Takes up to a second for each clang.
 */
export function findSystemClang(language: ClangLanguage, searchPath?: string): Promise<ClangSearch> {
  const key = `${language} ${searchPath ?? ''}`;
  let search = searches.get(key);
  if (search === undefined) {
    search = searchClang(language, searchPath);
    searches.set(key, search);
  }
  return search;
}

async function searchClang(language: ClangLanguage, searchPath: string | undefined): Promise<ClangSearch> {
  const problems: string[] = [];
  for (const command of COMMANDS) {
    const place = { command, ...(searchPath !== undefined && { searchPath }) };
    const version = await versionOf(place);
    if (version === undefined) continue;
    const reasons: string[] = [];
    for (const target of TARGETS) {
      const clang = { ...place, version, target };
      const reason = await probe(clang, language);
      if (reason === undefined) return { clang, problems };
      reasons.push(reason);
    }
    problems.push(`${command} ${version}: ${[...new Set(reasons)].join('; ')}`);
  }
  return { problems };
}

/** The version of a clang, or undefined when there is none or it does not start. */
async function versionOf(place: Pick<SystemClang, 'command' | 'searchPath'>): Promise<string | undefined> {
  const text = await runClang(place, ['clang', '-dumpversion']).catch(() => undefined);
  return text?.match(/^\d+(\.\d+)*/)?.[0];
}

/** Builds a small module; answers why that failed, or undefined. */
async function probe(clang: SystemClang, language: ClangLanguage): Promise<string | undefined> {
  const { file, text } = PROBES[language];
  const folder = await mkdtemp(join(tmpdir(), 'faasm-probe-'));
  try {
    const source = join(folder, file);
    await writeFile(source, text);
    const { wasm } = await compileWithSystemClang(clang, {
      sources: [source],
      includeDirs: [],
      flags: [],
      linkFlags: [],
    });
    const exported = WebAssembly.Module.exports(new WebAssembly.Module(wasm));
    return exported.some(({ name }) => name === '_start') ? undefined : 'its module has no _start';
  } catch (error) {
    return firstError(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The line that says most of what a compiler printed. */
function firstError(error: unknown): string {
  const lines = String((error as Error).message ?? error).split('\n');
  return lines.find((line) => line.includes('error:'))?.replace(/^.*?error: /, '') ?? (lines[0] as string);
}
