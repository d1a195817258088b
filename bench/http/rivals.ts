import { spawn } from 'node:child_process';
import { access, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** What the rivals are; installed on demand, never dependencies of the project. */
const PACKAGES = ['workerd@1.20261117.1', '@extism/extism@1.0.3'];
const PREFIX = resolve(import.meta.dirname, '../../.cache/bench/rivals');
const MODULES = join(PREFIX, 'node_modules');
/** Where the rivals' configurations and modules are written. */
export const RIVALS_DIR = PREFIX;
/** The rivals by their names in the figures, with their versions. */
export const VERSIONS = Object.fromEntries(
  PACKAGES.map((spec) => [spec.replace(/^@extism\//, '').replace(/@[^@]*$/, ''), spec.replace(/^.*@/, '')]),
);

/** Installs the rivals below .cache unless they are there. */
export async function installRivals(progress: (line: string) => void): Promise<void> {
  await mkdir(PREFIX, { recursive: true });
  const files = [workerdBinary(), extismModule()];
  const there = await Promise.all(files.map((file) => access(file).then(...[() => true, () => false])));
  if (there.every(Boolean)) return;
  progress(`installing ${PACKAGES.join(', ')} into ${PREFIX}`);
  const args = ['install', '--prefix', PREFIX, '--no-save', '--no-audit', '--no-fund', ...PACKAGES];
  const child = spawn('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise((done) => child.on('close', done).on('error', done));
  if (code !== 0) throw new Error(`npm install ended with ${code}`);
}

/** The program that serves workers; the package's own start script would add a process. */
export function workerdBinary(): string {
  const platform = process.arch === 'arm64' ? 'workerd-linux-arm64' : 'workerd-linux-64';
  return join(MODULES, '@cloudflare', platform, 'bin/workerd');
}

/** The entry of Extism's package. */
export function extismModule(): string {
  return join(MODULES, '@extism/extism/dist/esm/mod.js');
}
