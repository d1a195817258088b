import { once } from 'node:events';
import type { Context, Output } from './context.ts';
import { EXIT } from './exit-codes.ts';

const COLUMNS = 80;

/** The context of a real process. `process` is handed in because only its owner may look at the environment. */
export function nodeContext(process: NodeJS.Process, parts: Pick<Context, 'localHost' | 'platforms'>): Context {
  return {
    stdout: output(process.stdout, process),
    stderr: output(process.stderr, process),
    stdin: {
      // Looking at the stream opens it.
      get isTerminal() {
        return process.stdin.isTTY === true;
      },
      get chunks() {
        return process.stdin;
      },
    },
    env: process.env,
    cwd: process.cwd(),
    fetch: globalThis.fetch,
    now: Date.now,
    ...parts,
  };
}

function output(stream: NodeJS.WriteStream, process: NodeJS.Process): Output {
  let failed = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    failed = true;
    // `faasm functions | head`: whoever reads has enough. A host goes on serving, see `up`.
    if (error.code === 'EPIPE') process.exit(EXIT.success);
    throw error;
  });
  return {
    write: (data) => void stream.write(data),
    async ready() {
      if (!failed && stream.writableNeedDrain) await once(stream, 'drain');
    },
    isTerminal: stream.isTTY === true,
    columns: stream.columns || COLUMNS,
  };
}
