import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { replaceFile } from '../toolchain/replace-file.ts';
import { fileError } from './cli-error.ts';
import { unreachable } from './client.ts';
import type { Cli } from './context.ts';

/**
 * Passes the body of `response` on to the standard output, or to `file`, which is there only when all of it has come.
 * Answers how many bytes it had. Throws a `CliError`.
 */
export async function saveBody(cli: Cli, response: Response, file?: string): Promise<number> {
  const received = countedBody(cli, response);
  if (file === undefined) await printBody(cli, received.chunks);
  else await writeFile(resolve(cli.cwd, file), file, received.chunks);
  return received.size();
}

interface CountedBody {
  readonly chunks: AsyncIterable<Uint8Array>;
  size(): number;
}

function countedBody(cli: Cli, response: Response): CountedBody {
  let size = 0;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of response.body ?? []) {
        size += chunk.length;
        yield chunk;
      }
    } catch (error) {
      throw unreachable(cli.client.host, error);
    }
  }
  return { chunks: chunks(), size: () => size };
}

async function printBody(cli: Cli, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let last: number | undefined;
  for await (const chunk of chunks) {
    cli.stdout.write(chunk);
    last = chunk.at(-1) ?? last;
    await cli.stdout.ready();
  }
  // On a terminal the prompt would follow the output on its line.
  if (cli.stdout.isTerminal && last !== undefined && last !== NEWLINE) cli.stdout.write('\n');
}

const NEWLINE = 10;

async function writeFile(path: string, shown: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    await replaceFile(path, (temporary) => pipeline(chunks, createWriteStream(temporary)));
  } catch (error) {
    throw (error as { code?: string }).code === 'HOST_UNREACHABLE' ? error : fileError(shown, error);
  }
}
