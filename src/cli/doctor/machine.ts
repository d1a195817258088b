import { mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, release, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { compilers } from '../../toolchain/compilers.ts';
import type { Cli } from '../context.ts';
import { plural, sizeText } from '../format.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const MIN_NODE_MAJOR = 24;
const LITTLE_MEMORY_BYTES = 512 * 1024 * 1024;

/** Node itself, and what of WebAssembly the runtime needs. */
export function checkNode(): Finding {
  const version = process.versions.node;
  if (Number.parseInt(version, 10) < MIN_NODE_MAJOR) {
    return fail('Node', `${version} is too old`, `Install Node ${MIN_NODE_MAJOR} or newer from https://nodejs.org.`);
  }
  // JSPI lets a function wait without blocking its thread.
  const jspi = 'Suspending' in WebAssembly && 'promising' in WebAssembly;
  if (!jspi)
    return fail('Node', `${version} lacks JSPI`, 'Start without --no-experimental-wasm-jspi, or use another Node.');
  return ok('Node', `${version}, ${process.platform} ${process.arch}, V8 ${process.versions.v8}, JSPI`);
}

/** Features of the kernel that the native layer is fast with. */
export function checkKernel(): Finding {
  const version = release();
  if (process.platform !== 'linux') {
    return warn('kernel', `${process.platform} ${version}: only the portable layer runs`, 'Use Linux for speed.');
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 6 || (major === 6 && minor >= 7)) return ok('kernel', `Linux ${version}`);
  return warn(
    'kernel',
    `Linux ${version} cannot tell which pages of memory have changed`,
    'Calls of functions with large heaps are slower; Linux 6.7 or newer can.',
  );
}

/** Cores, and memory that this process may use. */
export function checkMachine(): Finding {
  const total = totalmem();
  const limit = process.constrainedMemory();
  const most = limit > 0 && limit < total ? limit : total;
  const free = process.availableMemory();
  const text = `${plural(availableParallelism(), 'core')}, ${sizeText(free)} of ${sizeText(most)} memory available`;
  if (free >= LITTLE_MEMORY_BYTES) return ok('machine', text);
  return warn('machine', text, 'Stop something else, or lower FAASM_HOST_MEMORY_BYTES, or calls may be refused.');
}

/** The folder in which code from S3 is cached; it matters to that store only. */
export async function checkCache(cli: Cli, folder: string): Promise<Finding> {
  const path = folder === '' ? tmpdir() : resolve(cli.cwd, folder);
  const probe = join(path, `.faasm-doctor-${process.pid}`);
  try {
    await mkdir(path, { recursive: true });
    await writeFile(probe, 'probe');
    return ok('cache', `${path} can be written`);
  } catch (error) {
    return warn('cache', (error as Error).message, 'Set FAASM_CACHE_DIR to a folder that this user may write.');
  } finally {
    await rm(probe, { force: true }).catch(() => {});
  }
}

/** What functions can be built with. */
export async function checkCompilers(cli: Cli): Promise<Finding> {
  const found = await compilers(cli.env['PATH']);
  const usable = found.flatMap(({ language, compiler }) =>
    compiler === undefined ? [] : [`${language}: ${compiler.name} ${compiler.version}`],
  );
  const text = usable.length === 0 ? 'none' : usable.join('; ');
  const missing = found.filter(({ kind, compiler }) => kind === 'bundled' && compiler === undefined);
  if (missing.length === 0) return ok('compilers', text);
  return warn('compilers', text, `Run npm ci: ${missing.flatMap(({ problems }) => problems).join('; ')}`);
}
