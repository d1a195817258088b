import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readRuntimeRoot } from '../../../src/files/runtime-root.ts';
import { openSession } from '../../../src/host/wasi/session.ts';
import { RUNTIME_TREE } from '../../../src/host/wasi/template.ts';
import { GuestFiles } from '../../support/guest-files.ts';
import { E } from '../../support/host-context.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faasm-runtime-root-'));
  await mkdir(join(folder, 'etc'));
  await mkdir(join(folder, 'lib', 'python'), { recursive: true });
  await writeFile(join(folder, 'etc', 'hosts'), 'own hosts\n');
  await writeFile(join(folder, 'lib', 'python', 'x.py'), 'pass\n');
  await symlink('python/x.py', join(folder, 'lib', 'inside'));
  await symlink('/etc/hostname', join(folder, 'absolute'));
  await symlink('../../../../etc/hostname', join(folder, 'lib', 'outside'));
});

afterAll(() => rm(folder, { recursive: true }));

it('puts the files of a folder over the built-in ones, and follows no link out of it', async () => {
  const host = new GuestFiles();
  openSession(host.context, await readRuntimeRoot(folder));
  expect(host.contents('etc/hosts')).toBe('own hosts\n');
  expect(host.contents('etc/passwd')).toMatch(/^faasm:/);
  expect(host.contents('lib/inside')).toBe('pass\n');
  expect(host.contents('absolute')).toBe(-E.NOTCAPABLE);
  expect(host.contents('lib/outside')).toBe(-E.NOTCAPABLE);
});

it('keeps contents in memory that threads share', async () => {
  const { entries } = await readRuntimeRoot(folder);
  const etc = entries.get('etc');
  const hosts = etc?.kind === 'directory' ? etc.entries.get('hosts') : undefined;
  expect(hosts?.kind === 'file' && hosts.bytes.buffer instanceof SharedArrayBuffer).toBe(true);
});

it('is the built-in one without a folder, and says which folder cannot be read', async () => {
  expect(await readRuntimeRoot(undefined)).toBe(RUNTIME_TREE);
  expect(await readRuntimeRoot('')).toBe(RUNTIME_TREE);
  await expect(readRuntimeRoot(join(folder, 'none'))).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    message: expect.stringContaining('none'),
  });
});
