import { describe, expect, it } from '@jest/globals';
import type { ObjectStore } from '../../src/core/object-store.ts';
import type { FileStore } from '../../src/core/ports.ts';
import { fileStore } from '../../src/stores/file-store.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** What file stores do, on the object store that `open` gives empty each time. */
export function fileStoreContract(name: string, open: () => Promise<ObjectStore>): void {
  const openFiles = async (): Promise<FileStore> => fileStore({ objects: await open() });
  const paths = async (files: FileStore, user: string, prefix: string): Promise<string[]> =>
    (await files.list(user, prefix)).map(({ path }) => path);

  describe(`file store: ${name}`, () => {
    it('gives back what was put, replaces and removes it', async () => {
      const files = await openFiles();
      expect(await files.get('demo', 'a/b.txt')).toBeUndefined();
      await files.put('demo', 'a/b.txt', text('one'));
      await files.put('demo', 'a/b.txt', text('two'));
      expect(await files.get('demo', 'a/b.txt')).toEqual(text('two'));
      expect(await files.remove('demo', 'a/b.txt')).toBe(true);
      expect(await files.get('demo', 'a/b.txt')).toBeUndefined();
      expect(await files.remove('demo', 'a/b.txt')).toBe(false);
    });

    it('takes any name that people give files', async () => {
      const files = await openFiles();
      const names = [
        'a b',
        'ä/ö ü',
        '日本/語.txt',
        '~tilde',
        '~2e',
        'x+y',
        '%41',
        '.hidden',
        'a:b*c?',
        '"quoted"',
        '🚀',
        '\ufeffmark/\ufeff',
      ];
      for (const path of names) await files.put('demo', path, text(path));
      for (const path of names) expect(await files.get('demo', path)).toEqual(text(path));
      expect(await paths(files, 'demo', '')).toEqual([...names].sort());
    });

    it('reads paths as one file however their slashes are written', async () => {
      const files = await openFiles();
      await files.put('demo', '/a//b', text('one'));
      expect(await files.get('demo', 'a/b')).toEqual(text('one'));
      expect(await paths(files, 'demo', '/a//')).toEqual(['a/b']);
    });

    it('refuses paths and users that could name something else', async () => {
      const files = await openFiles();
      for (const path of ['', '/', '..', 'a/../b', './a', 'a/', 'a\\b', 'a\0b', 'x'.repeat(201), 'x/'.repeat(301)]) {
        await expect(files.put('demo', path, text('x'))).rejects.toMatchObject({ code: 'INVALID_NAME' });
        await expect(files.get('demo', path)).rejects.toMatchObject({ code: 'INVALID_NAME' });
        await expect(files.remove('demo', path)).rejects.toMatchObject({ code: 'INVALID_NAME' });
      }
      for (const user of ['', '..', 'a/b', '-']) {
        await expect(files.put(user, 'a', text('x'))).rejects.toMatchObject({ code: 'INVALID_NAME' });
        await expect(files.list(user, '')).rejects.toMatchObject({ code: 'INVALID_NAME' });
      }
      // Names within the limit of a path whose keys would be too long.
      const wide = Array.from({ length: 5 }, () => 'é'.repeat(50)).join('/');
      await files.put('demo', 'é'.repeat(100), text('x'));
      await expect(files.put('demo', `${wide}/${'é'.repeat(49)}`, text('x'))).rejects.toMatchObject({
        code: 'INVALID_NAME',
      });
    });

    it('separates users', async () => {
      const files = await openFiles();
      await files.put('a', 'b/c', text('one'));
      await files.put('a.b', 'c', text('two'));
      await files.put('shared', 'b/c', text('three'));
      expect(await files.get('a', 'b/c')).toEqual(text('one'));
      expect(await files.get('a', 'c')).toBeUndefined();
      expect(await paths(files, 'a', '')).toEqual(['b/c']);
      expect(await paths(files, 'shared', '')).toEqual(['b/c']);
    });

    it('lists by prefix with sizes and times', async () => {
      const files = await openFiles();
      for (const path of ['a/x', 'a/.x', 'a', 'ab', 'ä/x', 'äb']) await files.put('demo', path, text(path));
      expect(await paths(files, 'demo', 'a')).toEqual(['a', 'a/.x', 'a/x', 'ab']);
      expect(await paths(files, 'demo', 'a/')).toEqual(['a/.x', 'a/x']);
      expect(await paths(files, 'demo', 'a/.')).toEqual(['a/.x']);
      expect(await paths(files, 'demo', 'ä')).toEqual(['ä/x', 'äb']);
      expect(await paths(files, 'demo', '../')).toEqual([]);
      const [entry] = await files.list('demo', 'ab');
      expect(entry).toMatchObject({ path: 'ab', sizeBytes: 2 });
      expect(Math.abs(Date.now() - Date.parse(entry?.modifiedAt ?? ''))).toBeLessThan(60_000);
    });

    it('does not take objects of others for files', async () => {
      const objects = await open();
      await objects.put('files/demo/~zz', text('x'));
      await objects.put('files/demo/~C3', text('x'));
      expect(await fileStore({ objects }).list('demo', '')).toEqual([]);
    });
  });
}
