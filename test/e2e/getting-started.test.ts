import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

/** A shell block: its commands, and the lines that its comments say it prints. `…` in them stands for any text. */
interface Block {
  readonly script: string;
  readonly expected: readonly string[];
}

const page = await readFile(join(ROOT, 'docs/getting-started.md'), 'utf8');
const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => blockOf(match[1] ?? ''));

function blockOf(text: string): Block {
  const lines = text.trimEnd().split('\n');
  const isComment = (line: string): boolean => line.startsWith('# ');
  return {
    script: lines.filter((line) => !isComment(line)).join('\n'),
    expected: lines.filter(isComment).map((line) => line.slice(2)),
  };
}

/** The expected lines as one pattern: a line `…` is any number of lines, `…` within a line any text. */
function pattern(expected: readonly string[]): RegExp {
  const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const parts = expected.map((line) =>
    line === '…' ? '(?:[^\\n]*\\n)*?' : `${line.split('…').map(literal).join('[^\\n]*')}\\n`,
  );
  return new RegExp(`^${parts.join('')}$`);
}

describe('docs/getting-started.md', () => {
  let folder: string;
  let server: ServerProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'faasm-tour-'));
    server = await startServerProcess();
  });
  afterAll(async () => {
    await server.kill();
    await rm(folder, { recursive: true });
  });

  it.each(blocks.map((block, index) => [index + 1, block] as const))('prints what block %i says', async (_, block) => {
    const host = server.invoke.slice('http://'.length);
    // `npx faasm` in a checkout is this; npx itself takes a second each time.
    const setUp = `npx() { shift; '${process.execPath}' '${ROOT}/bin/faasm.js' "$@"; }`;
    const script = block.script.replaceAll('localhost:8080', host);
    const { stdout } = await run('bash', ['--norc', '-euc', `${setUp}\n${script}`], {
      cwd: folder,
      env: { ...process.env, FAASM_HOST: server.invoke, SAMPLES: join(ROOT, 'func') },
    });
    const told = stdout.replaceAll(server.invoke, 'http://127.0.0.1:8080');
    expect(told).toMatch(pattern(block.expected));
  });

  it('has blocks', () => {
    expect(blocks.length).toBeGreaterThan(8);
  });
});
