import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fingerprint } from '../../../src/toolchain/fingerprint.ts';

describe('fingerprint', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'faasm-fingerprint-'));
    await mkdir(join(root, 'sdk/faasm'), { recursive: true });
    await writeFile(join(root, 'sdk/faasm/faasm.h'), 'int one;');
    await writeFile(join(root, 'a.c'), 'int main(void) { return 0; }');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const take = (flags: string[] = []) =>
    fingerprint({ sources: [join(root, 'a.c')], includeDirs: [join(root, 'sdk')], flags, linkFlags: [] }, root);

  it('stays when nothing changes, also when the project moves', async () => {
    const before = await take();
    expect(await take()).toBe(before);
    await rename(root, `${root}-moved`);
    root = `${root}-moved`;
    expect(await take()).toBe(before);
  });

  it('changes with source, SDK headers, headers beside the source, and flags', async () => {
    const seen = [await take(), await take(['-DX'])];
    await writeFile(join(root, 'sdk/faasm/faasm.h'), 'int two;');
    seen.push(await take());
    await writeFile(join(root, 'beside.h'), '');
    seen.push(await take());
    await writeFile(join(root, 'a.c'), 'int main(void) { return 1; }');
    seen.push(await take());
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('ignores what is hidden in an include folder, or installed there', async () => {
    const before = await take();
    for (const folder of ['sdk/.git', 'sdk/faasm/node_modules/x']) {
      await mkdir(join(root, folder), { recursive: true });
      await writeFile(join(root, folder, 'a.h'), 'int one;');
    }
    expect(await take()).toBe(before);
  });

  it('ignores other sources in the folder', async () => {
    const before = await take();
    await writeFile(join(root, 'b.c'), 'int main(void) { return 0; }');
    expect(await take()).toBe(before);
  });
});
