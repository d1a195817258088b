import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { createRuntime, FaasmError } from '../../src/index.ts';
import type { ZipEntry } from './package-zip.ts';

/** Functions for a package. */
export interface PackagedFunctions {
  /** `<user>/<name>`, sorted. */
  readonly names: readonly string[];
  /** The folder store that holds them, as a host reads it. */
  readonly files: readonly ZipEntry[];
}

/**
 * A folder store of the modules `<user>/<name>.wasm` in `folder`, checked as uploads are. Throws `BAD_REQUEST` when there
 * is none, and the errors of uploads, which name the function.
 */
export async function packageFunctions(folder: string): Promise<PackagedFunctions> {
  const modules = await findModules(folder);
  const store = await mkdtemp(join(tmpdir(), 'faasm-functions-'));
  try {
    const runtime = await createRuntime({ threads: 1, store: { kind: 'folder', folder: store } });
    try {
      for (const { user, name, file } of modules) {
        await runtime.upload({ user, function: name }, await readFile(file)).catch((error: unknown) => {
          const { code, message } = error as FaasmError;
          throw new FaasmError(code, `${user}/${name} (${file}): ${message}`);
        });
      }
    } finally {
      await runtime.close({ graceMs: 0 });
    }
    return { names: modules.map(({ user, name }) => `${user}/${name}`), files: await readFiles(store) };
  } finally {
    await rm(store, { recursive: true, force: true });
  }
}

interface Module {
  readonly user: string;
  readonly name: string;
  readonly file: string;
}

async function findModules(folder: string): Promise<Module[]> {
  const modules = (await listFiles(folder)).flatMap((file): Module[] => {
    const [user, name, ...more] = relative(folder, file).split(sep);
    if (user === undefined || more.length > 0 || name?.endsWith('.wasm') !== true) return [];
    return [{ user, name: name.slice(0, -'.wasm'.length), file }];
  });
  if (modules.length > 0) return modules;
  throw new FaasmError('BAD_REQUEST', `There is no function in ${folder}: name a folder with <user>/<name>.wasm.`);
}

async function readFiles(folder: string): Promise<ZipEntry[]> {
  const files = await listFiles(folder);
  return await Promise.all(
    files.map(async (file) => ({
      path: relative(folder, file).split(sep).join('/'),
      bytes: await readFile(file),
    })),
  );
}

/** All files below `folder`, sorted; none where there is no such folder. */
async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.sort();
}
