/**
 * Builds the interpreter function: QuickJS with a zygote of about 15 MB, a real program of 650 KB for benchmarks and
 * tests. `node bench/interpreter/build.ts` or {@link buildInterpreter}; nothing is done when it is up to date.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SDK_DIRS, writeModule } from '../../src/toolchain/compile.ts';
import { createCompiler } from '../../src/toolchain/compiler.ts';
import { fingerprint } from '../../src/toolchain/fingerprint.ts';
import type { CompileJob } from '../../src/toolchain/job.ts';
import { fetchQuickjs } from './source.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const WORK_DIR = join(PROJECT, 'build/bench/interpreter');
const MODULE = join(PROJECT, 'build/bench/interpreter.wasm');

const FLAGS = [
  '-DCONFIG_VERSION="2021-03-27"',
  '-D_GNU_SOURCE',
  // Without threads and signals, as on Emscripten; but with the check for deep recursion that is off there.
  '-DEMSCRIPTEN',
  '-DCONFIG_STACK_CHECK',
  // Rounding modes of fenv.h, which WebAssembly does not have; only big decimals would use them.
  '-DFE_DOWNWARD=0x400',
  '-DFE_UPWARD=0x800',
  // QuickJS of 2021 is full of what clang of 2026 warns about.
  '-w',
];

/** Builds the interpreter when it is missing or out of date; returns the path of its module. */
export async function buildInterpreter(options: { log?: (line: string) => void } = {}): Promise<string> {
  const quickjs = await fetchQuickjs(join(WORK_DIR, 'qjsc'));
  const generated = join(WORK_DIR, 'include');
  await mkdir(generated, { recursive: true });
  const library = await readFile(join(import.meta.dirname, 'library.js'), 'utf8');
  await writeFile(join(generated, 'library.h'), toHeader(library));

  const ours = ['interpreter.c', 'vector.c', 'kernels.c'].map((file) => join(import.meta.dirname, file));
  const theirs = ['quickjs.c', 'libregexp.c', 'libunicode.c', 'cutils.c', 'libbf.c'].map((file) => join(quickjs, file));
  const job: CompileJob = {
    sources: [...ours, ...theirs],
    includeDirs: [SDK_DIRS.c, quickjs, generated],
    flags: FLAGS,
    linkFlags: ['-Wl,-z,stack-size=1048576'],
  };
  const inputs = await fingerprint(job, PROJECT);
  const before = await readFile(`${MODULE}.inputs`, 'utf8').catch(() => '');
  if (before === inputs) return MODULE;

  const compiler = createCompiler();
  try {
    const { wasm, milliseconds } = await compiler.compile(job);
    await writeModule(MODULE, wasm);
    await writeModule(`${MODULE}.inputs`, new TextEncoder().encode(inputs));
    options.log?.(`built ${MODULE}: ${wasm.length} bytes in ${(milliseconds / 1000).toFixed(1)} s`);
  } finally {
    compiler.close();
  }
  return MODULE;
}

/** `text` as a C array; string literals may not be that long everywhere. */
function toHeader(text: string): string {
  return `static const char library[] = {${[...new TextEncoder().encode(text), 0].join(',')}};\n`;
}

if (import.meta.main) console.log(await buildInterpreter({ log: console.log }));
