import { execFileSync } from 'node:child_process';
import { lstat, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { replaceFile } from '../../../src/toolchain/replace-file.ts';
import { temporaryFolder } from '../../support/store-folder.ts';

const put = (text: string) => (path: string) => writeFile(path, text);

describe('a file that is replaced', () => {
  it('is there whole or as it was, with nothing beside it', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'f');
    await replaceFile(path, put('one'));
    await replaceFile(path, put('two'));
    const failing = replaceFile(path, async (temporary) => {
      await writeFile(temporary, 'half');
      throw new Error('gone');
    });
    await expect(failing).rejects.toThrow('gone');
    expect(await readFile(path, 'utf8')).toBe('two');
    expect(await readdir(folder)).toEqual(['f']);
    await expect(replaceFile(folder, put('x'))).rejects.toMatchObject({ code: 'EISDIR' });
  });

  it('is the one that a link names', async () => {
    const folder = temporaryFolder();
    await writeFile(join(folder, 'real'), 'one');
    await symlink('real', join(folder, 'link'));
    await replaceFile(join(folder, 'link'), put('two'));
    expect((await lstat(join(folder, 'link'))).isSymbolicLink()).toBe(true);
    expect(await readFile(join(folder, 'real'), 'utf8')).toBe('two');
  });

  it('is written to where it is no regular file', async () => {
    const pipe = join(temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [text] = await Promise.all([readFile(pipe, 'utf8'), replaceFile(pipe, put('text'))]);
    expect(text).toBe('text');
    expect((await lstat(pipe)).isFIFO()).toBe(true);
  });
});
