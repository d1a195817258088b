// Compiles native/*.c with the system's C compiler; no node-gyp, the Node-API headers come from npm.
// `--arch arm64` cross-compiles into native/prebuilt/, where packages carry it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
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

/** Builds the native layer for this machine unless it is up to date. Never throws: without it the portable layer runs. */
export function ensureNative(force = false): NativeBuild {
  const target = join(ROOT, 'build', 'native', 'faasm.node');
  const prebuilt = join(ROOT, 'native', 'prebuilt', `${process.platform}-${process.arch}`, 'faasm.node');
  if (!force && (upToDate(target) || existsSync(prebuilt))) return { ready: true, built: false };
  if (process.platform !== 'linux') return { ready: false, built: false, reason: 'it is for Linux' };
  const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);
  if (compiler === undefined)
    return { ready: false, built: false, reason: 'no C compiler (cc, gcc or clang) was found' };
  const reason = compile(compiler, target);
  return reason === undefined ? { ready: true, built: true } : { ready: false, built: false, reason };
}

/** Compiles to `target`; answers what went wrong, if anything. */
function compile(compiler: string, target: string): string | undefined {
  const headers = join(dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')), 'include');
  mkdirSync(dirname(target), { recursive: true });
  // Built beside and renamed, so that a process that has the old one loaded keeps it.
  const fresh = `${target}.${process.pid}`;
  const files = cFiles().map((name) => join(SOURCES, name));
  const run = spawnSync(compiler, [...FLAGS, '-I', headers, ...files, '-o', fresh, '-lpthread', '-lm', '-ldl'], {
    encoding: 'utf8',
  });
  if (run.status !== 0) return `${compiler} failed:\n${run.stderr}`;
  renameSync(fresh, target);
  return undefined;
}

function cFiles(): string[] {
  return readdirSync(SOURCES).filter((name) => name.endsWith('.c'));
}

function upToDate(target: string): boolean {
  if (!existsSync(target)) return false;
  const built = statSync(target).mtimeMs;
  const sources = readdirSync(SOURCES).filter((name) => /\.[ch]$/.test(name));
  return sources.every((name) => statSync(join(SOURCES, name)).mtimeMs <= built);
}

function main(): void {
  if (process.argv.includes('--arch')) {
    const arch = process.argv[process.argv.indexOf('--arch') + 1] ?? '';
    const compiler = { x64: 'x86_64-linux-gnu-gcc', arm64: 'aarch64-linux-gnu-gcc' }[arch];
    const target = join(SOURCES, 'prebuilt', `linux-${arch}`, 'faasm.node');
    const reason = compiler === undefined ? `unknown architecture ${arch}` : compile(compiler, target);
    console.log(reason ?? `native layer for linux-${arch}: ${target}`);
    process.exitCode = reason === undefined ? 0 : 1;
    return;
  }
  const result = ensureNative(true);
  console.log(result.ready ? 'native layer: built' : `native layer: not built, ${result.reason}`);
  process.exitCode = result.ready ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
