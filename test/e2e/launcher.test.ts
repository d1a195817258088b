import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { exitOf, printed } from '../support/cli-process.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const RUN = `
  const { runWith } = await import('./bin/launcher.js');
  runWith(process.execPath, process.argv.slice(1));
`;
const ENVIRONMENT = { FAASM_INVOKE_PORT: '0', FAASM_UPLOAD_PORT: '0', FAASM_STORE: 'memory', FAASM_THREADS: '1' };

/** Runs `args` with another process of Node, as the launcher does where it has been started on an older one. */
function launch(...args: string[]): ChildProcess {
  return spawn(process.execPath, ['--input-type=module', '-e', RUN, '--', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...ENVIRONMENT },
  });
}

/** A host behind a launcher, ready. */
async function launchHost(): Promise<ChildProcess> {
  const launcher = launch('bin/faasm.js', 'up', '--json');
  await printed(launcher, /"ready":true/);
  return launcher;
}

it('a launcher ends as what it runs does', async () => {
  expect(await exitOf(launch('-e', 'process.exit(3)'))).toBe(3);
  expect(await exitOf(launch('-e', 'process.kill(process.pid, "SIGKILL")'))).toBe('SIGKILL');
});

it('a launcher passes signals on', async () => {
  const launcher = await launchHost();
  const ended = exitOf(launcher);
  launcher.kill('SIGTERM');
  expect(await ended).toBe(0);
});

it('a host stops when its launcher is killed', async () => {
  const launcher = await launchHost();
  // Its output ends when the host has ended, too.
  const ended = exitOf(launcher);
  launcher.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');
});
