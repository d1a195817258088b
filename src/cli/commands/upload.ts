import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UploadReceipt } from '../../core/ports.ts';
import { fileBody } from '../body.ts';
import { usageError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import type { Cli } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { sizeText } from '../format.ts';
import { type FunctionName, functionName } from '../names.ts';
import { file, operand, size, value } from '../option.ts';
import { BUILD_OPTIONS, type BuildWish, buildModule, isSource } from './build.ts';
import { functionPath } from './functions.ts';

export const upload = defineCommand({
  name: 'upload',
  summary: 'add a function, or a new version of one',
  details: [
    'Takes a WebAssembly module, or sources, which are built first (see faasm build). The new version is the one that',
    'calls get from then on; it keeps the settings of the version before.',
  ],
  operands: {
    function: operand(functionName, 'one', 'What the function is to be called.'),
    files: operand(file(), 'many', 'A .wasm file, sources of one function, or - for a module on the standard input.'),
  },
  options: {
    ...BUILD_OPTIONS,
    memory: value(size(), 'Heap of a call, as a setting of the function; needed where the module starts with much.'),
  },
  rest: 'flags for the compiler',
  examples: [
    { command: 'faasm upload demo/hello hello.wasm', does: 'a module' },
    { command: 'faasm upload demo/hello hello.c', does: 'builds it and uploads the module' },
    { command: 'faasm upload demo/app main.cpp util.c -- -O3', does: 'two sources with a flag' },
    {
      command: 'faasm upload demo/ruby ruby.wasm --memory 512MiB',
      does: 'a module that needs more than the usual memory',
    },
  ],
  async run(cli, { operands: { function: ref, files }, options: { compiler, memory }, rest }) {
    const sources = files.filter(isSource);
    const [module, ...more] = files.filter((path) => !isSource(path));
    if (module !== undefined && (more.length > 0 || sources.length > 0)) {
      throw usageError('A function is one module, or made of sources only.', {
        hint: 'Upload each module as a function of its own.',
        example: `faasm upload ${ref.user}/${ref.function} ${module}`,
      });
    }
    const receipt =
      module === undefined
        ? await buildAndSend(cli, ref, { sources, compiler, flags: rest }, memory)
        : await send(cli, ref, module, memory);
    if (cli.json) cli.printJson(receipt);
    else {
      cli.print(`${ref.user}/${ref.function} is at version ${receipt.version} (${sizeText(receipt.sizeBytes)})`);
      if (!receipt.resettable) cli.note(`Each call starts anew, which is slower: ${receipt.reasons.join('; ')}`);
    }
    return EXIT.success;
  },
});

async function buildAndSend(
  cli: Cli,
  ref: FunctionName,
  wish: Omit<BuildWish, 'outFile'>,
  memory: number | undefined,
): Promise<UploadReceipt> {
  const folder = await mkdtemp(join(tmpdir(), 'faasm-build-'));
  try {
    const outFile = join(folder, 'function.wasm');
    await buildModule(cli, { ...wish, outFile });
    return await send(cli, ref, outFile, memory);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function send(cli: Cli, ref: FunctionName, module: string, memory: number | undefined): Promise<UploadReceipt> {
  const { headers, ...body } = await fileBody(cli, module);
  return cli.client.json<UploadReceipt>('PUT', functionPath(ref), {
    ...body,
    query: { memory },
    headers: { ...headers, 'content-type': 'application/wasm' },
  });
}
