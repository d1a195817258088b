import { describe, expect, it, jest } from '@jest/globals';
import type { FileStore } from '../../../src/core/ports.ts';
import { FileQuota } from '../../../src/files/file-quota.ts';
import { fileStore } from '../../../src/stores/file-store.ts';
import { memoryObjectStore } from '../../../src/stores/memory-object-store.ts';

const full = { code: 'STORE_FULL' };
const LIST_MS = 20;

function setUp(options: { readonly files?: number; readonly listMs?: number } = {}) {
  const all = fileStore({ objects: memoryObjectStore() });
  const listedAt: number[] = [];
  const list: FileStore['list'] = async (user, prefix) => {
    listedAt.push(performance.now());
    if (options.listMs !== undefined) await new Promise((done) => setTimeout(done, options.listMs));
    return all.list(user, prefix);
  };
  const quota = new FileQuota(list, { files: options.files ?? 1000, bytes: 100 });
  const put = (path: string, size: number, user = 'u') =>
    quota.write(user, path, size, () => all.put(user, path, new Uint8Array(size)));
  return { all, put, listedAt };
}

describe('the shared files of a user', () => {
  it('may be as large as the limit together, each user for itself', async () => {
    const { all, put } = setUp();
    await put('a', 60);
    await put('folder/b', 40);
    await expect(put('c', 1)).rejects.toMatchObject({
      ...full,
      message: expect.stringContaining('FAASM_USER_FILE_BYTES'),
    });
    await put('c', 100, 'v');
    expect(await all.get('u', 'c')).toBeUndefined();
  });

  it('may be as many as the limit', async () => {
    const { put } = setUp({ files: 2 });
    await put('a', 1);
    await put('b', 1);
    await put('a', 2);
    await expect(put('c', 1)).rejects.toMatchObject({ ...full, message: expect.stringContaining('FAASM_USER_FILES') });
  });

  it('may be replaced, which counts for the difference', async () => {
    const { put } = setUp();
    await put('a', 100);
    await put('a', 100);
    await expect(put('a', 101)).rejects.toMatchObject(full);
    await put('a', 10);
    await put('b', 90);
  });

  it('may become smaller where they are more than is allowed', async () => {
    const { all, put } = setUp();
    await all.put('u', 'a', new Uint8Array(300));
    await expect(put('b', 1)).rejects.toMatchObject(full);
    await put('a', 200);
  });

  it('make room when they are removed', async () => {
    const { all, put } = setUp();
    await put('a', 100);
    await expect(put('b', 1)).rejects.toMatchObject(full);
    await all.remove('u', 'a');
    await put('b', 100);
  });

  it('are counted right when they are written at the same time', async () => {
    const { all, put } = setUp();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => put(`f${index}`, 10)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect(await all.list('u', '')).toHaveLength(10);
  });

  it('are counted once in a while: another host may have written some', async () => {
    const { all, put, listedAt } = setUp();
    await put('a', 10);
    await put('b', 10);
    expect(listedAt).toHaveLength(1);
    await all.put('u', 'of another host', new Uint8Array(80));
    const later = Date.now() + 60_000;
    const clock = jest.spyOn(Date, 'now').mockReturnValue(later);
    try {
      await expect(put('c', 1)).rejects.toMatchObject(full);
    } finally {
      clock.mockRestore();
    }
    expect(listedAt).toHaveLength(2);
  });

  it('are not counted all the time for a user who has no room', async () => {
    const { put, listedAt } = setUp({ listMs: LIST_MS });
    for (let write = 0; write < 3; write += 1) await expect(put('a', 101)).rejects.toMatchObject(full);
    const [first = 0, second = 0, third = 0] = listedAt;
    expect(listedAt).toHaveLength(3);
    expect(Math.min(second - first, third - second)).toBeGreaterThan(5 * LIST_MS);
  });
});
