import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { folderGlobalState } from '../../../src/stores/folder-global-state.ts';
import { temporaryFolder } from '../../support/store-folder.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('global state in a folder', () => {
  it('has everything after a restart, and greater versions', async () => {
    const folder = join(temporaryFolder(), 'new');
    const before = await folderGlobalState({ folder });
    const key = `${'/é{}'.repeat(100)}`;
    const stat = await before.write('u', key, bytes(1, 2, 3));
    await before.writeRanges('u', 'ranges', 4, [{ offset: 1, bytes: bytes(9) }]);
    await before.append('v', 'log', bytes(5));
    await before.append('v', 'log', bytes());
    await before.write('u', 'removed', bytes(1));
    await before.remove('u', 'removed');
    const lease = await before.lock('u', key, 'a', 60_000);
    await before.close();

    const after = await folderGlobalState({ folder });
    expect(await after.read('u', key, 0, 10)).toEqual({ bytes: bytes(1, 2, 3), stat });
    expect((await after.read('u', 'ranges', 0, 10))?.bytes).toEqual(bytes(0, 9, 0, 0));
    expect(await after.readAppended('v', 'log', 10, 9)).toEqual(bytes(5));
    expect(await after.stat('u', 'removed')).toBeUndefined();
    expect((await after.list('u', '')).map((entry) => entry.key)).toEqual([key, 'ranges']);
    expect((await after.write('u', key, bytes())).version).toBeGreaterThan(stat.version);
    const next = await after.lock('u', key, 'b', 60_000);
    expect(next?.fence).toBeGreaterThan(lease?.fence ?? 0);
    await after.close();
  });

  it('counts what it found towards the limit of the user', async () => {
    const folder = temporaryFolder();
    const before = await folderGlobalState({ folder });
    await before.write('u', 'k', new Uint8Array(60));
    await before.append('u', 'k', new Uint8Array(30));
    await before.close();
    const after = await folderGlobalState({ folder, userLimitBytes: 292 });
    await expect(after.write('u', 'j', new Uint8Array(20))).rejects.toMatchObject({ code: 'STATE_LIMIT' });
    await after.clearAppended('u', 'k');
    await after.write('u', 'j', new Uint8Array(20));
    await after.close();
  });

  it('belongs to one process of the machine at a time', async () => {
    const folder = temporaryFolder();
    const first = await folderGlobalState({ folder });
    await expect(folderGlobalState({ folder })).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
    await first.close();
    await (await folderGlobalState({ folder })).close();
  });

  it('says which file is damaged, and does not start without it', async () => {
    const folder = temporaryFolder();
    const before = await folderGlobalState({ folder });
    await before.write('u', 'k', bytes(1, 2, 3));
    await before.close();
    const [path = ''] = (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const whole = await readFile(path);
    for (const damaged of [
      whole.subarray(0, -1),
      whole.subarray(0, 5),
      Buffer.concat([whole, whole]),
      Buffer.alloc(0),
    ]) {
      await writeFile(path, damaged);
      await expect(folderGlobalState({ folder })).rejects.toMatchObject({
        code: 'STATE_CORRUPT',
        message: expect.stringContaining('u/'),
      });
    }
    await writeFile(path, whole);
    const after = await folderGlobalState({ folder });
    expect((await after.read('u', 'k', 0, 3))?.bytes).toEqual(bytes(1, 2, 3));
    await after.close();
  });

  it('changes nothing when the folder is gone, says so, and goes on when it is back', async () => {
    const parent = temporaryFolder();
    const folder = join(parent, 'state');
    const state = await folderGlobalState({ folder, userLimitBytes: 164 });
    await state.write('u', 'k', bytes(1));
    await rename(folder, join(parent, 'away'));
    const failing = [
      state.write('u', 'k', new Uint8Array(90)),
      state.writeRanges('u', 'k', 1, [{ offset: 0, bytes: bytes(3) }]),
      state.append('u', 'k', bytes(4)),
      state.remove('u', 'k'),
      state.check(),
    ];
    for (const outcome of await Promise.allSettled(failing)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'STATE_UNAVAILABLE', retryable: true } });
    }
    expect((await state.read('u', 'k', 0, 10))?.bytes).toEqual(bytes(1));
    await rename(join(parent, 'away'), folder);
    await state.write('u', 'k', new Uint8Array(90));
    await state.check();
    await state.close();
  });
});
