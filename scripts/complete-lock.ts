// Adds to package-lock.json the optional packages of other platforms that the registry in use does not have. A mirror
// with Linux packages only makes npm write a lock file that `npm ci` then refuses, everywhere. Run it after npm install.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './run-tool.ts';

/** A package of a lock file, as far as it matters here. */
interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const OS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const CPU = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

/** `packages` with an entry for every optional dependency that has none: its version and, from its name, its platform. */
export function completed(packages: Readonly<Record<string, LockedPackage>>): Record<string, LockedPackage> {
  const all: Record<string, LockedPackage> = { ...packages };
  for (const parent of Object.values(packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const path = `node_modules/${name}`;
      if (Object.keys(all).some((known) => known.endsWith(path))) continue;
      const parts = name.split(/[-/]/);
      const os = OS.filter((item) => parts.includes(item));
      const cpu = CPU.filter((item) => parts.includes(item));
      // Without a platform npm would try to install it, and an inexact version would be wrong: a person must look.
      if (os.length !== 1 || cpu.length !== 1 || !/^\d+\.\d+\.\d+/.test(version)) {
        throw new Error(`${name}@${version} is missing in package-lock.json, and its name does not tell its platform`);
      }
      const libc = parts.some((part) => part.startsWith('musl')) ? ['musl'] : undefined;
      all[path] = { version, cpu, ...(parent.dev && { dev: true }), ...(libc && { libc }), optional: true, os };
    }
  }
  const [root = ['', {}] as const, ...rest] = Object.entries(all);
  return Object.fromEntries([root, ...rest.sort(([a], [b]) => a.localeCompare(b, 'en'))]);
}

if (import.meta.filename === process.argv[1]) {
  const file = join(ROOT, 'package-lock.json');
  const lock = JSON.parse(await readFile(file, 'utf8')) as { packages: Record<string, LockedPackage> };
  const packages = completed(lock.packages);
  console.log(`${Object.keys(packages).length - Object.keys(lock.packages).length} packages of other platforms added`);
  await writeFile(file, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
}
