import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createCompiler } from './compiler.ts';

/** Options of {@link compileSource}. */
export interface CompileSourceOptions {
  /** Where the module goes; missing folders are made. */
  readonly outFile: string;
  /** Folders searched for headers and libraries; by default our guest SDK's. */
  readonly includeDirs?: readonly string[];
  /** Takes what the compiler says about a source it accepts. */
  readonly log?: (text: string) => void;
}

const GUEST = resolve(import.meta.dirname, '../../guest');

/** Where the guest SDK lies, by language family. */
export const SDK_DIRS = { c: `${GUEST}/c/include`, assembly: `${GUEST}/assembly` } as const;

/**
 * Compiles one C, C++ or AssemblyScript source, chosen by its extension, to a WebAssembly module. Rejects with a
 * CompileError whose message is the compiler's. Starts a compiler for this one source (2 s): for many, keep a
 * `createCompiler()`.
 */
export async function compileSource(path: string, options: CompileSourceOptions): Promise<void> {
  const compiler = createCompiler();
  try {
    const source = resolve(path);
    const includeDirs = options.includeDirs?.map((dir) => resolve(dir)) ?? sdkDirs(source);
    const output = await compiler.compile({ sources: [source], includeDirs, flags: [], linkFlags: [] });
    if (output.log !== '') options.log?.(output.log);
    await writeModule(options.outFile, output.wasm);
  } finally {
    compiler.close();
  }
}

/** SDK folders for a source. */
export function sdkDirs(source: string): string[] {
  return [source.endsWith('.ts') ? SDK_DIRS.assembly : SDK_DIRS.c];
}

/** Writes a file so that nobody sees half of it: another process may be building or uploading the same one. */
export async function writeModule(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, bytes);
  await rename(temporary, path);
}
