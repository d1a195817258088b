import { once } from 'node:events';
import { writeSync } from 'node:fs';
import type { Context, Output } from './context.ts';
import { EXIT } from './exit-codes.ts';

const COLUMNS = 80;
const STDERR = 2;

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
    cwd: currentFolder(process),
    fetch: globalThis.fetch,
    now: Date.now,
    ...parts,
  };
}

/** Where the process stands; the root when its folder has been removed meanwhile. */
function currentFolder(process: NodeJS.Process): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}

function output(stream: NodeJS.WriteStream, process: NodeJS.Process): Output {
  let failed = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    failed = true;
    // `faasm functions | head`: whoever reads has enough. A host goes on serving, see `up`.
    if (error.code === 'EPIPE') process.exit(EXIT.success);
    // There is nowhere else to say that the other stream is full.
    writeSync(STDERR, `error: Cannot write the output: ${error.message}.\n`);
    process.exit(EXIT.failed);
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
