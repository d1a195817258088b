import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { folderObjectStore } from '../../../src/stores/folder-object-store.ts';
import { temporaryFolder } from '../../support/store-folder.ts';

const HOUR_MS = 3_600_000;
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const rejects = (work: Promise<unknown>, code: string): Promise<void> => expect(work).rejects.toMatchObject({ code });
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('object store in a folder', () => {
  it('makes folders and files for their owner only', async () => {
    const folder = join(temporaryFolder(), 'a', 'b');
    const store = folderObjectStore({ folder });
    expect(existsSync(folder)).toBe(false);
    await store.put('x/y.json', bytes(1));
    expect(readFileSync(join(folder, 'x+', 'y.json'))).toEqual(Buffer.of(1));
    for (const path of ['..', '.', 'x+', '@tmp']) expect(mode(join(folder, path))).toBe('700');
    expect(mode(join(folder, 'x+', 'y.json'))).toBe('600');
    expect(store.name).toBe(`folder ${folder}`);
  });

  it('removes folders that have become empty, but not itself', async () => {
    const folder = temporaryFolder();
    const store = folderObjectStore({ folder });
    await store.put('a/b/c', bytes(1));
    await store.put('a/d', bytes(1));
    await store.remove('a/b/c');
    expect(readdirSync(join(folder, 'a+'))).toEqual(['d']);
    await store.remove('a/d');
    expect(readdirSync(folder)).toEqual(['@tmp']);
  });

  it('is empty where there never was a folder, and makes none by reading', async () => {
    const folder = join(temporaryFolder(), 'store');
    const store = folderObjectStore({ folder });
    expect(await store.get('a/b')).toBeUndefined();
    expect(await store.list('')).toEqual([]);
    expect(await store.remove('a/b')).toBe(false);
    expect(existsSync(folder)).toBe(false);
    await store.check();
    expect(mode(folder)).toBe('700');
  });

  it('is unavailable when its folder has been removed, until it is brought back', async () => {
    const folder = join(temporaryFolder(), 'store');
    const store = folderObjectStore({ folder });
    await store.put('a/b', bytes(1));
    const away = `${folder}-away`;
    renameSync(folder, away);
    const asks = [
      () => store.get('a/b'),
      () => store.stat('a/b'),
      () => store.list(''),
      () => store.remove('a/b'),
      () => store.put('a/b', bytes(2)),
      () => store.check(),
    ];
    for (const ask of asks) await expect(ask()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(existsSync(folder)).toBe(false);
    renameSync(away, folder);
    expect(await store.get('a/b')).toEqual(bytes(1));
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    expect(await store.get('a/b')).toBeUndefined();
    await store.put('a/b', bytes(1));
  });

  it('follows a link to its folder, but none inside it', async () => {
    const [outside, real] = [temporaryFolder(), temporaryFolder()];
    const folder = join(temporaryFolder(), 'link');
    symlinkSync(real, folder);
    const store = folderObjectStore({ folder });
    await store.put('a/b', bytes(1));
    expect(readdirSync(join(real, 'a+'))).toEqual(['b']);

    writeFileSync(join(outside, 'secret'), 'secret');
    symlinkSync(outside, join(folder, 'out+'));
    symlinkSync(join(outside, 'secret'), join(folder, 'file'));
    await rejects(store.get('out/secret'), 'STORE_DENIED');
    await rejects(store.put('out/new', bytes(1)), 'STORE_DENIED');
    await rejects(store.put('out/new/one', bytes(1)), 'STORE_DENIED');
    await rejects(store.remove('out/secret'), 'STORE_DENIED');
    await rejects(store.list('out/'), 'STORE_DENIED');
    await rejects(store.get('file'), 'STORE_DENIED');
    expect((await store.list('')).map(({ key }) => key)).toEqual(['a/b']);
    // Replaces the link, and not what it points to.
    await store.put('file', bytes(2));
    expect(await store.get('file')).toEqual(bytes(2));
    expect(readdirSync(outside)).toEqual(['secret']);
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret');

    rmSync(join(real, '@tmp'), { recursive: true });
    symlinkSync(outside, join(real, '@tmp'));
    await rejects(store.put('c', bytes(1)), 'STORE_DENIED');
    await rejects(store.check(), 'STORE_DENIED');
    expect(readdirSync(outside)).toEqual(['secret']);
  });

  it('says what lies in its way', async () => {
    const folder = temporaryFolder();
    const store = folderObjectStore({ folder });
    writeFileSync(join(folder, 'a+'), 'a file where a folder should be');
    mkdirSync(join(folder, 'b'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await rejects(store.get('a/x'), 'STORE_UNAVAILABLE');
    await rejects(store.put('a/x', bytes(1)), 'STORE_UNAVAILABLE');
    await rejects(store.get('b'), 'STORE_UNAVAILABLE');
    await rejects(store.put('b', bytes(1)), 'STORE_UNAVAILABLE');
    await rejects(store.get('pipe'), 'STORE_UNAVAILABLE');
    expect(readdirSync(join(folder, '@tmp'))).toEqual([]);
    await store.put('c', bytes(1));
    expect((await store.list('')).map(({ key }) => key)).toEqual(['c']);

    const file = join(folder, 'c');
    for (const below of [file, join(file, 'store')]) {
      const wrong = folderObjectStore({ folder: below });
      await rejects(wrong.put('a', bytes(1)), 'STORE_UNAVAILABLE');
      await rejects(wrong.get('a'), 'STORE_UNAVAILABLE');
      await expect(wrong.check()).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        message: expect.stringMatching(/folder .*c.*: remove the file/),
      });
    }
    expect(await store.get('c')).toEqual(bytes(1));
  });

  it('ignores what crashed processes left, and removes it when it is old', async () => {
    const folder = temporaryFolder();
    await folderObjectStore({ folder }).put('a', bytes(1));
    const [old, young] = [join(folder, '@tmp', 'old'), join(folder, '@tmp', 'young')];
    for (const path of [old, young]) writeFileSync(path, 'half of something');
    const twoHoursAgo = (Date.now() - 2 * HOUR_MS) / 1000;
    utimesSync(old, twoHoursAgo, twoHoursAgo);
    const store = folderObjectStore({ folder });
    expect((await store.list('')).map(({ key }) => key)).toEqual(['a']);
    await store.put('b', bytes(2));
    expect(readdirSync(join(folder, '@tmp'))).toEqual(['young']);
  });

  it('can be moved while it is not in use', async () => {
    const folder = join(temporaryFolder(), 'here');
    await folderObjectStore({ folder }).put('a/b', bytes(1));
    renameSync(folder, `${folder}-moved`);
    expect(await folderObjectStore({ folder: `${folder}-moved` }).get('a/b')).toEqual(bytes(1));
  });

  it('is safe with several users of one folder', async () => {
    const folder = temporaryFolder();
    const stores = [1, 2, 3].map(() => folderObjectStore({ folder }));
    const failures: unknown[] = [];
    await Promise.all(
      stores.map(async (store, who) => {
        for (let round = 0; round < 60; round += 1) {
          try {
            await store.put('a/b/shared', new Uint8Array(1000 + who).fill(who));
            const got = await store.get('a/b/shared');
            if (got !== undefined && !got.every((byte) => byte === got.length - 1000)) failures.push(got.length);
            await store.put(`a/b/${who}/${round}`, bytes(round));
            await store.list('a/');
            await store.remove('a/b/shared');
            if (round % 2 === 1) await store.remove(`a/b/${who}/${round}`);
          } catch (error) {
            failures.push(error);
          }
        }
      }),
    );
    expect(failures).toEqual([]);
    expect(await stores[0]?.list('a/b/0/')).toHaveLength(30);
    expect(readdirSync(join(folder, '@tmp'))).toEqual([]);
  });
});
