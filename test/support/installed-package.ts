import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

/** The published package, installed into a project of its own. */
export interface InstalledPackage {
  /** The project's folder; its `node_modules/.bin` holds `faasm`. */
  readonly folder: string;
  /** Where the package lies. */
  readonly package: string;
  /** Files of the tarball, relative to the package, and its size. */
  readonly files: readonly string[];
  readonly sizeBytes: number;
  remove(): Promise<void>;
}

/**
 * Packs this project as `npm publish` would and installs the tarball into a new folder. What it depends on is not
 * installed again but linked to what this project has.
 */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'faasm-package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--loglevel=error', '--pack-destination', folder], {
    cwd: ROOT,
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` },
  });
  // The build before it prints, too.
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [PackReport];
  const modules = join(folder, 'node_modules');
  const home = join(modules, 'faasm');
  await mkdir(join(modules, '.bin'), { recursive: true });
  await mkdir(home);
  await run('tar', ['-xzf', join(folder, packed.filename), '--strip-components=1', '-C', home]);
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.')) await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  }
  await symlink('../faasm/bin/faasm.js', join(modules, '.bin', 'faasm'));
  return {
    folder,
    package: home,
    files: packed.files.map(({ path }) => path),
    sizeBytes: packed.size,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What we read of `npm pack --json`. */
interface PackReport {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}
