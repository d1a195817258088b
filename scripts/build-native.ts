// Compiles native/*.c with the system's C compiler; no node-gyp, the Node-API headers come from npm.
// `--arch arm64` makes the one that packages carry, with a cross compiler where the machine is another.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = join(ROOT, 'native');
const FLAGS = ['-std=c17', '-Wall', '-Wextra', '-Werror', '-O2', '-fPIC', '-shared', '-fvisibility=hidden'];

/** What {@link ensureNative} did; `reason` says why there is no native layer. */
export interface NativeBuild {
  readonly ready: boolean;
  readonly built: boolean;
  readonly reason?: string;
}

/** Architectures that packages carry the native layer for. */
export const PREBUILT_ARCHITECTURES = ['x64', 'arm64'] as const;

/** One of {@link PREBUILT_ARCHITECTURES}, as Node names them. */
export type PrebuiltArchitecture = (typeof PREBUILT_ARCHITECTURES)[number];

/** The native layer for packages: where it is, or why there is none. */
export type Prebuilt = { readonly file: string } | { readonly reason: string };

const TRIPLES: Readonly<Record<PrebuiltArchitecture, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

/** Packages may ask for glibc 2.34 at most: Amazon Linux 2023, which Lambda runs, has no newer one. */
const GLIBC_MINOR = 34;

/** Builds the native layer for this machine unless it is up to date. Never throws: without it the portable layer runs. */
export function ensureNative(force = false): NativeBuild {
  const target = join(ROOT, 'build', 'native', 'faasm.node');
  if (process.platform !== 'linux') return { ready: false, built: false, reason: 'it is for Linux' };
  if (!force && (upToDate(target) || existsSync(shippedFile(process.arch)))) return { ready: true, built: false };
  const compiler = firstCompiler(['cc', 'gcc', 'clang']);
  if (compiler === undefined)
    return { ready: false, built: false, reason: 'no C compiler (cc, gcc or clang) was found' };
  const reason = compile(compiler, target);
  return reason === undefined ? { ready: true, built: true } : { ready: false, built: false, reason };
}

/**
 * The native layer for Linux on `arch`, which need not be this machine's: the one that came with the package, else one
 * that is compiled here unless it is up to date. Never throws.
 */
export function ensurePrebuilt(arch: PrebuiltArchitecture): Prebuilt {
  const shipped = shippedFile(arch);
  if (existsSync(shipped)) return { file: shipped };
  const file = join(ROOT, 'build', 'prebuilt', `linux-${arch}`, 'faasm.node');
  if (!upToDate(file)) {
    const reason = cross(arch, file);
    if (reason !== undefined) return { reason };
  }
  const needed = glibcNeeded(file);
  if (needed !== undefined && needed <= GLIBC_MINOR) return { file };
  rmSync(file);
  const what = needed === undefined ? 'another C library' : `glibc 2.${needed}`;
  return { reason: `compiled here it needs ${what}, but packages run on glibc 2.${GLIBC_MINOR}: compile on Debian 12` };
}

function cross(arch: PrebuiltArchitecture, file: string): string | undefined {
  const gcc = `${TRIPLES[arch]}-gcc`;
  const own = process.platform === 'linux' && process.arch === arch;
  const compiler = firstCompiler([...(own ? ['cc', 'gcc'] : []), gcc]);
  if (compiler !== undefined) return compile(compiler, file);
  const debian = `gcc-${TRIPLES[arch].replaceAll('_', '-')}`;
  return `there is no C compiler for it (${own ? 'cc' : gcc}; on Debian: apt-get install ${own ? 'gcc' : debian})`;
}

/** Where the published package has the addon; nothing is there in a checkout. */
function shippedFile(arch: string): string {
  return join(SOURCES, 'prebuilt', `linux-${arch}`, 'faasm.node');
}

function firstCompiler(names: readonly string[]): string | undefined {
  return names.find((name) => spawnSync(name, ['--version']).status === 0);
}

/** Compiles to `target`; answers what went wrong, if anything. */
function compile(compiler: string, target: string): string | undefined {
  // Built beside and renamed, so that a process that has the old one loaded keeps it.
  const fresh = `${target}.${process.pid}`;
  try {
    const headers = join(dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')), 'include');
    mkdirSync(dirname(target), { recursive: true });
    const files = sourceFiles(/\.c$/);
    const run = spawnSync(compiler, [...FLAGS, '-I', headers, ...files, '-o', fresh, '-lpthread', '-lm', '-ldl'], {
      encoding: 'utf8',
    });
    if (run.status !== 0) return `${compiler} failed:\n${run.stderr}`;
    renameSync(fresh, target);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function sourceFiles(pattern: RegExp): string[] {
  return readdirSync(SOURCES).flatMap((name) => (pattern.test(name) ? [join(SOURCES, name)] : []));
}

function upToDate(target: string): boolean {
  if (!existsSync(target)) return false;
  const built = statSync(target).mtimeMs;
  return sourceFiles(/\.[ch]$/).every((file) => statSync(file).mtimeMs <= built);
}

/** The newest `2.<n>` among the versions of glibc's symbols that a library asks for; undefined when there is none. */
function glibcNeeded(file: string): number | undefined {
  const minors = [...readFileSync(file, 'latin1').matchAll(/\0GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  return minors.length === 0 ? undefined : Math.max(...minors);
}

function main(): void {
  if (process.argv.includes('--arch')) {
    const wanted = process.argv[process.argv.indexOf('--arch') + 1];
    const arch = PREBUILT_ARCHITECTURES.find((name) => name === wanted);
    const made =
      arch === undefined ? { reason: `it is for ${PREBUILT_ARCHITECTURES.join(' and ')}` } : ensurePrebuilt(arch);
    console.log(`native layer for linux-${wanted}: ${'file' in made ? made.file : `not built, ${made.reason}`}`);
    process.exitCode = 'file' in made ? 0 : 1;
    return;
  }
  const result = ensureNative(true);
  console.log(result.ready ? 'native layer: built' : `native layer: not built, ${result.reason}`);
  process.exitCode = result.ready ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
