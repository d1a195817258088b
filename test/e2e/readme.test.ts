import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

/** The README's shell blocks that speak to the server: their commands, and what the comments say they print. */
async function examples(): Promise<{ script: string; expected: string }[]> {
  const readme = await readFile(resolve(ROOT, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  return blocks
    .filter((block) => block.includes('curl'))
    .map((block) => {
      const lines = block.trimEnd().split('\n');
      const printed = lines.filter((line) => line.startsWith('# ')).map((line) => line.slice(2));
      return { script: lines.filter((line) => !line.startsWith('#')).join('\n'), expected: printed.join('\n') };
    });
}

describe('README', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServerProcess();
  });
  afterAll(() => server.kill());

  it('prints what it says, line by line', async () => {
    const blocks = await examples();
    expect(blocks).toHaveLength(4);
    for (const { script, expected } of blocks) {
      const local = script
        // Readers wait for a second.
        .replace(/^sleep 1\n(curl (.*))$/m, `until [ "$(curl -s $2)" != RUNNING ]; do sleep 0.1; done\n$1`)
        .replaceAll('localhost:8080', server.invoke.slice('http://'.length))
        .replaceAll('localhost:8002', server.upload.slice('http://'.length))
        // Answers end as the function's output does; a line each for the comparison.
        .replaceAll(/^curl (.*)$/gm, 'curl -sS $1; echo');
      const { stdout } = await run('bash', ['--norc', '-euc', local], { cwd: ROOT });
      expect(
        stdout
          .split('\n')
          .filter((line) => line !== '')
          .join('\n'),
      ).toBe(expected);
    }
  });
});

describe('npm start', () => {
  it('prints lines to try that work', async () => {
    const child = spawn(process.execPath, ['scripts/start.ts'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, FAASM_INVOKE_PORT: '0', FAASM_UPLOAD_PORT: '0', FAASM_STORE: 'memory' },
    });
    const exit = new Promise((done) => child.on('close', done));
    try {
      let output = '';
      for await (const chunk of child.stdout) {
        output += String(chunk);
        if (/Try\n.*curl.*\n.*curl.*\n/.test(output)) break;
      }
      const commands = output.split('\n').filter((line) => line.includes('curl'));
      expect(commands).toHaveLength(2);
      const { stdout } = await run('bash', ['--norc', '-euc', commands.join('\n').replaceAll('curl', 'curl -sS')], {
        cwd: ROOT,
      });
      expect(stdout).toBe('Function upload complete\nHello Faasm!');
    } finally {
      child.kill('SIGKILL');
      await exit;
    }
  });
});
