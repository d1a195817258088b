import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FAASM = `'${process.execPath}' '${ROOT}/bin/faasm.js'`;
const run = promisify(execFile);

const page = await readFile(`${ROOT}/docs/writing-functions.md`, 'utf8');

/** Sources of the page: the file named in front of a block. */
function sources(): [name: string, text: string][] {
  return [...page.matchAll(/`([\w-]+\.(?:c|cpp|ts))`:\n\n```\w+\n([\s\S]*?)```/g)].map(([, name = '', text = '']) => [
    name,
    text,
  ]);
}

/** Commands of the page in their order, without the one that starts the host. */
function commands(): { readonly command: string; readonly printed: readonly string[] }[] {
  const found: { command: string; printed: string[] }[] = [];
  for (const [, block = ''] of page.matchAll(/```sh\n([\s\S]*?)```/g)) {
    for (const line of block.trimEnd().split('\n')) {
      if (line.startsWith('# ')) found.at(-1)?.printed.push(line.slice(2));
      else found.push({ command: line, printed: [] });
    }
  }
  return found.filter(({ command }) => command !== 'npx faasm up');
}

/** `…` in what the page says stands for anything. */
function matches(line: string, expected: string): boolean {
  const [start = '', ...rest] = expected.split('…');
  return rest.length === 0 ? line === expected : line.startsWith(start);
}

describe('writing-functions.md', () => {
  let server: ServerProcess;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'faasm-writing-'));
    for (const [name, text] of sources()) await writeFile(join(folder, name), text);
    server = await startServerProcess();
  });
  afterAll(async () => {
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  });

  it('has the sources that its commands use', () => {
    expect(sources()).toHaveLength(6);
    expect(commands().length).toBeGreaterThan(15);
  });

  // One after another: they build on each other.
  it.each(commands())('$command', async ({ command, printed }) => {
    const local = command
      .replaceAll('npx faasm', FAASM)
      .replaceAll('localhost:8080', server.invoke.slice('http://'.length))
      .replace(/^curl /, 'curl -sS ');
    const env = { ...process.env, FAASM_HOST: server.invoke };
    const { stdout, stderr } = await run('bash', ['--norc', '-c', local], { cwd: folder, env }).catch((error) => {
      if (printed.length === 0) throw error;
      return error as { stdout: string; stderr: string };
    });
    if (printed.length === 0) return;
    const lines = `${stderr}${stdout}`.split('\n').filter((line) => line !== '');
    // A failed call shows its log first.
    const shown = lines.slice(-printed.length);
    expect(shown.filter((line, index) => !matches(line, printed[index] ?? ''))).toEqual([]);
    expect(shown).toHaveLength(printed.length);
  });
});
