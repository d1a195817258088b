import { extname, parse, resolve } from 'node:path';
import type { CompiledProgram } from '../../toolchain/compile.ts';
import { CliError, usageError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import type { Cli } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { sizeText, timeText } from '../format.ts';
import { choice, file, operand, value } from '../option.ts';
import { showStep } from '../progress.ts';

/** Options of commands that compile. */
export const BUILD_OPTIONS = {
  compiler: value(
    choice('auto', 'system', 'bundled'),
    'The clang of this machine, the bundled one, or (auto) the first of them that can build WASI modules.',
  ),
};

/** What {@link buildModule} is asked for. */
export interface BuildWish {
  readonly sources: readonly string[];
  /** Relative to the current folder. */
  readonly outFile: string;
  readonly compiler?: 'auto' | 'system' | 'bundled' | undefined;
  /** Flags for the compiler. */
  readonly flags: readonly string[];
}

export const build = defineCommand({
  name: 'build',
  summary: 'compile C, C++ or AssemblyScript to a function',
  details: [
    "Several C and C++ sources become one module. The headers of Faasm's host interface are found by themselves.",
    'Needs no host and no upload follows: `faasm upload demo/hello hello.c` does both.',
  ],
  operands: { sources: operand(file('source'), 'many', 'Source files: .c, .cc, .cpp, .cxx or .ts.') },
  options: {
    output: value(file(), 'Write the module here. Default: <first source>.wasm in the current folder.', 'o'),
    ...BUILD_OPTIONS,
  },
  rest: 'flags for the compiler',
  examples: [
    { command: 'faasm build hello.c', does: 'writes hello.wasm' },
    { command: 'faasm build main.cpp util.c -o app.wasm -- -O3 -DNDEBUG', does: 'two sources, own flags' },
  ],
  async run(cli, { operands: { sources }, options: { output, compiler }, rest }) {
    const outFile = output ?? `${parse(sources[0] ?? '').name}.wasm`;
    const built = await buildModule(cli, { sources, outFile, compiler, flags: rest });
    const { name, version } = built.compiler;
    if (cli.json) {
      const { milliseconds, sizeBytes, log } = built;
      cli.printJson({ file: outFile, sizeBytes, milliseconds, compiler: { name, version }, log });
    } else {
      cli.print(`${outFile} (${sizeText(built.sizeBytes)}, ${name} ${version}, ${timeText(built.milliseconds)})`);
    }
    return EXIT.success;
  },
});

/** Compiles sources; shows the steps on a terminal and the compiler's warnings. Throws a `CliError` for faulty ones. */
export async function buildModule(cli: Cli, wish: BuildWish): Promise<CompiledProgram> {
  // Most commands compile nothing: they need not wait for this to be loaded.
  const { compileProgram } = await import('../../toolchain/compile.ts');
  const { compiler, flags } = wish;
  try {
    return await compileProgram({
      sources: wish.sources.map((source) => resolve(cli.cwd, source)),
      outFile: resolve(cli.cwd, wish.outFile),
      flags,
      ...(compiler === undefined ? {} : { compiler }),
      ...(cli.env['PATH'] === undefined ? {} : { searchPath: cli.env['PATH'] }),
      onProgress: ({ action, source, done, total }) =>
        showStep(cli.stderr, `[${done + 1}/${total}] ${action} ${source === undefined ? '' : parse(source).base}`),
      log: (text) => {
        showStep(cli.stderr, '');
        cli.note(text);
      },
    });
  } catch (error) {
    showStep(cli.stderr, '');
    if ((error as { code?: string }).code !== 'COMPILE_FAILED') throw error;
    throw new CliError('COMPILE_FAILED', EXIT.failed, (error as Error).message, {
      hint: 'Mend what the compiler names. `faasm doctor` shows the compilers there are.',
    });
  } finally {
    showStep(cli.stderr, '');
  }
}

/** Whether `path` is a source, not a module; throws a usage error for what is neither. */
export function isSource(path: string): boolean {
  const extension = extname(path);
  if (['.c', '.cc', '.cpp', '.cxx', '.ts'].includes(extension)) return true;
  if (extension === '.wasm' || path === '-') return false;
  throw usageError(`${path} is neither a module nor a source.`, {
    hint: 'Name a .wasm file, or sources that end in .c, .cc, .cpp, .cxx or .ts; - reads a module from the standard input.',
    example: 'faasm upload demo/hello hello.wasm',
  });
}
