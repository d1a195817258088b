import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmdirSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { codeHash } from '../../src/stores/code-hash.ts';
import { folderObjectStore } from '../../src/stores/folder-object-store.ts';
import { functionStore } from '../../src/stores/function-store.ts';
import { actRestricted } from '../support/restricted-store.ts';
import { startServerProcess } from '../support/server-process.ts';
import { temporaryFolder } from '../support/store-folder.ts';
import { until } from '../support/until.ts';
import { problemsAfter, type Upload, uploadAndKill } from '../support/uploads.ts';

const HELLO = { user: 'demo', function: 'hello' };
const NOBODY = 65_534;
const MIB = 1024 * 1024;

/** A folder with a file system of 4 MiB; undefined where we may not mount one. */
const disk = mountDisk();
const withDisk = disk === undefined ? it.skip : it;
let closed: string[] = [];

function mountDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'faasm-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=700', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmdirSync(folder);
    return undefined;
  }
}

function remount(folder: string, how: 'ro' | 'rw'): void {
  execFileSync('mount', ['-o', `remount,${how}`, folder]);
}

afterEach(() => {
  for (const folder of closed) chmodSync(folder, 0o700);
  closed = [];
});

afterAll(() => {
  if (disk === undefined) return;
  execFileSync('umount', [disk]);
  rmdirSync(disk);
});

describe('store in a folder, when things fail', () => {
  it('has every acknowledged upload, and nothing by half, however often processes are killed', async () => {
    const folder = join(temporaryFolder(), 'store');
    const uploads: Upload[] = [];
    for (const count of [1, 2, 3, 5, 8, 13, 21]) {
      uploads.push(...(await uploadAndKill({ folder }, count)));
      expect(await problemsAfter(functionStore({ objects: folderObjectStore({ folder }) }), uploads)).toEqual([]);
    }
    for (const name of readdirSync(join(folder, '@tmp'))) utimesSync(join(folder, '@tmp', name), 1, 1);
    await folderObjectStore({ folder }).check();
    expect(readdirSync(join(folder, '@tmp'))).toEqual([]);
  });

  withDisk('says that the disk is full, keeps what it has, and goes on once there is room', async () => {
    const folder = disk ?? '';
    const objects = folderObjectStore({ folder });
    const functions = functionStore({ objects });
    const small = new Uint8Array(100_000).fill(1);
    await functions.put(HELLO, small, codeHash(small), {});
    let filled = 0;
    const fill = async (): Promise<void> => {
      for (;;) await objects.put(`filler/${filled++}`, new Uint8Array(MIB / 4));
    };
    await expect(fill()).rejects.toMatchObject({ code: 'STORE_FULL', message: expect.stringContaining('make room') });
    const large = new Uint8Array(MIB).fill(2);
    await expect(functions.put(HELLO, large, codeHash(large), {})).rejects.toMatchObject({ code: 'STORE_FULL' });
    await expect(objects.check().then(() => objects.put('x', large))).rejects.toMatchObject({ code: 'STORE_FULL' });
    expect(codeHash((await functions.get(HELLO)).wasm)).toBe(codeHash(small));
    expect((await functions.versions(HELLO)).versions).toHaveLength(1);
    expect(readdirSync(join(folder, '@tmp'))).toEqual([]);
    for (const { key } of await objects.list('filler/')) await objects.remove(key);
    await functions.put(HELLO, large, codeHash(large), {});
    expect(codeHash((await functions.get(HELLO)).wasm)).toBe(codeHash(large));
  });

  withDisk('says that the disk is read-only, goes on reading, and on writing once it may', async () => {
    const folder = disk ?? '';
    const objects = folderObjectStore({ folder });
    await objects.put('a', new Uint8Array(3));
    remount(folder, 'ro');
    try {
      const denied = { code: 'STORE_DENIED', message: expect.stringContaining('mount it for writing') };
      await expect(objects.put('b', new Uint8Array(1))).rejects.toMatchObject(denied);
      await expect(objects.remove('a')).rejects.toMatchObject(denied);
      await expect(objects.check()).rejects.toMatchObject(denied);
      expect(await objects.get('a')).toHaveLength(3);
    } finally {
      remount(folder, 'rw');
    }
    await objects.put('b', new Uint8Array(1));
    await objects.check();
  });

  it('says that files may not become larger', () => {
    const folder = temporaryFolder();
    const actions = [
      { action: 'put', key: 'small', sizeBytes: 1000 },
      { action: 'put', key: 'large', sizeBytes: 2 * MIB },
      { action: 'put', key: 'small', sizeBytes: 2 * MIB },
      { action: 'get', key: 'small' },
      { action: 'list' },
    ] as const;
    expect(actRestricted({ folder, actions }, MIB)).toEqual([
      'done',
      'STORE_FULL',
      'STORE_FULL',
      '1000 bytes',
      'small',
    ]);
    expect(readdirSync(join(folder, '@tmp'))).toEqual([]);
  });

  it.each([
    ['below a file', join(temporaryFolder(), 'file', 'store')],
    ['where no folder can be made', '/proc/faasm/store'],
  ])('says that its folder cannot be made: %s', async (_, folder) => {
    if (!folder.startsWith('/proc')) writeFileSync(dirname(folder), '');
    const objects = folderObjectStore({ folder });
    await expect(objects.put('a', new Uint8Array(1))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(objects.check()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('is told of by a host as soon as it starts', async () => {
    const folder = join(temporaryFolder(), 'file');
    writeFileSync(folder, '');
    const server = await startServerProcess({ environment: { FAASM_STORE: 'folder', FAASM_STORE_DIR: folder } });
    try {
      await until(async () => server.output().includes('"not-ready"'));
      expect(server.output()).toMatch(/"level":"warn","event":"not-ready","code":"STORE_UNAVAILABLE"/);
    } finally {
      await server.kill();
    }
  });

  it('says that it lacks the rights', async () => {
    const folder = temporaryFolder();
    await folderObjectStore({ folder }).put('a', new Uint8Array(1));
    const root = process.getuid?.() === 0;
    if (!root) {
      chmodSync(folder, 0);
      closed.push(folder);
    }
    const actions = [
      { action: 'put', key: 'b', sizeBytes: 1 },
      { action: 'get', key: 'a' },
      { action: 'list' },
      { action: 'remove', key: 'a' },
      { action: 'check' },
    ] as const;
    const outcomes = actRestricted({ folder, actions, ...(root ? { userId: NOBODY } : {}) });
    expect(outcomes).toEqual(Array(5).fill('STORE_DENIED'));
  });
});
