import { describe, expect, it } from '@jest/globals';
import type { FileStore } from '../../../src/core/ports.ts';
import { fileStore } from '../../../src/stores/file-store.ts';
import { limitedFiles } from '../../../src/stores/limited-files.ts';
import { memoryObjectStore } from '../../../src/stores/memory-object-store.ts';

const full = { code: 'STORE_FULL' };

function setUp() {
  const all = fileStore({ objects: memoryObjectStore() });
  let now = 0;
  let lists = 0;
  const counted: FileStore = {
    ...all,
    list(user, prefix) {
      lists += 1;
      return all.list(user, prefix);
    },
  };
  const files = limitedFiles(counted, { userLimitBytes: 100, now: () => now });
  const put = (path: string, size: number, user = 'u') => files.put(user, path, new Uint8Array(size));
  const later = (ms: number): void => {
    now += ms;
  };
  return { all, files, put, lists: () => lists, later };
}

describe('the files of a user', () => {
  it('may be as large as the limit together, each user for itself', async () => {
    const { files, put } = setUp();
    await put('a', 60);
    await put('folder/b', 40);
    await expect(put('c', 1)).rejects.toMatchObject(full);
    await put('c', 100, 'v');
    expect(await files.get('u', 'c')).toBeUndefined();
  });

  it('may be replaced, which counts for the difference', async () => {
    const { put } = setUp();
    await put('a', 100);
    await put('a', 100);
    await expect(put('a', 101)).rejects.toMatchObject(full);
    await put('a', 10);
    await put('b', 90);
  });

  it('make room when they are removed', async () => {
    const { files, put } = setUp();
    await put('a', 100);
    expect(await files.remove('u', 'nothing')).toBe(false);
    await expect(put('b', 1)).rejects.toMatchObject(full);
    expect(await files.remove('u', 'a')).toBe(true);
    await put('b', 100);
  });

  it('are counted right when they are written at the same time', async () => {
    const { all, put } = setUp();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => put(`f${index}`, 10)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect(await all.list('u', '')).toHaveLength(10);
  });

  it('are counted once in a while: another host may have written some', async () => {
    const { all, put, lists, later } = setUp();
    await put('a', 10);
    await put('b', 10);
    expect(lists()).toBe(1);
    await all.put('u', 'of another host', new Uint8Array(80));
    later(60_000);
    await expect(put('c', 1)).rejects.toMatchObject(full);
    expect(lists()).toBe(2);
  });
});
