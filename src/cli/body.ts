import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileError, usageError } from './cli-error.ts';
import type { RequestOptions } from './client.ts';
import type { Cli } from './context.ts';
import { startProgress } from './progress.ts';

/** From here on a transfer is worth a line that shows how far it is. */
const SHOWN_BYTES = 4 * 1024 * 1024;

/** A request body and what has to travel with it. */
export type RequestBody = Pick<RequestOptions, 'body' | 'headers'>;

/**
 * The file at `path` as a request body, read while it is sent; `-` is the standard input. Large files show their
 * progress on a terminal. Throws a `CliError` when there is no such file.
 */
export async function fileBody(cli: Cli, path: string): Promise<RequestBody> {
  if (path === '-') return stdinBody(cli);
  const full = resolve(cli.cwd, path);
  try {
    if ((await stat(full)).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    const blob = await openAsBlob(full);
    if (blob.size < SHOWN_BYTES || !cli.stderr.isTerminal || cli.json) return { body: blob };
    const counted = countBytes(blob, startProgress(cli.stderr, `sending ${path}`, blob.size));
    return { body: counted, headers: { 'content-length': String(blob.size) } };
  } catch (error) {
    throw fileError(path, error);
  }
}

/** The standard input as a request body, sent as it comes. */
export function stdinBody(cli: Cli): RequestBody {
  if (cli.stdin.isTerminal) {
    throw usageError('The standard input is a terminal.', {
      hint: 'Send something into the command, or name a file.',
      example: 'echo hello | faasm invoke demo/echo -',
    });
  }
  return { body: ReadableStream.from<Uint8Array>(cli.stdin.chunks) };
}

function countBytes(blob: Blob, progress: ReturnType<typeof startProgress>): ReadableStream<Uint8Array> {
  let sent = 0;
  return blob.stream().pipeThrough(
    new TransformStream({
      transform(chunk: Uint8Array, controller) {
        sent += chunk.length;
        progress.update(sent);
        controller.enqueue(chunk);
      },
      flush: () => progress.end(),
    }),
  );
}
