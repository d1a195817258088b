import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The npm package that carries QuickJS's C source (MIT, in deps/). It is no dependency of ours: installing it would
 * bring node-gyp and build a native addon, and we want twenty text files of it.
 */
const PACKAGE = 'qjsc@0.3.0';
const TARBALL = 'qjsc-0.3.0.tgz';
const INTEGRITY = 'a7+cU6/IVcZbIejffdt/wZVMX6LL2MDL3HQ9Zb5Gm23G9DvBMS/z9GHFxz39bAvp2PvMOM+ypSOAyokt2DdZ2w==';

/** Fetches QuickJS's source into `dir` unless it is there; returns the folder with its C files. */
export async function fetchQuickjs(dir: string): Promise<string> {
  const sources = join(dir, 'package/deps/quickjs_2021_03_27');
  const there = await access(join(sources, 'quickjs.c')).then(
    () => true,
    () => false,
  );
  if (there) return sources;
  await mkdir(dir, { recursive: true });
  await run('npm', ['pack', PACKAGE, '--silent', '--pack-destination', dir]);
  const tarball = join(dir, TARBALL);
  const digest = createHash('sha512')
    .update(await readFile(tarball))
    .digest('base64');
  if (digest !== INTEGRITY) throw new Error(`${TARBALL} is not the package we know: its SHA-512 is ${digest}.`);
  await run('tar', ['-xzf', tarball, '-C', dir, 'package/deps']);
  return sources;
}
