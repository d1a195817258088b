import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { compilers } from '../../../src/toolchain/compilers.ts';
import { findSystemClang } from '../../../src/toolchain/find-clang.ts';
import { fakeClangCommands, writeFakeClang } from '../../support/fake-clang.ts';

describe('findSystemClang', () => {
  let folder: string;

  // A new path for each test: what was found in one is remembered.
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'faasm-path-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('finds nothing where there is no clang', async () => {
    expect(await findSystemClang('c', folder)).toEqual({ problems: [] });
  });

  it('finds the target that a clang has a library for', async () => {
    await writeFakeClang(folder, 'clang', { version: '22.1.8', target: 'wasm32-wasip1' });
    const { clang } = await findSystemClang('c', folder);
    expect(clang).toEqual({ command: 'clang', version: '22.1.8', target: 'wasm32-wasip1', searchPath: folder });
  });

  it('passes over a clang that cannot, says why, and takes the newest that can', async () => {
    await writeFakeClang(folder, 'clang', { version: '14.0.6' });
    await writeFakeClang(folder, 'clang-18', { version: '18.1.0', target: 'wasm32-wasi' });
    await writeFakeClang(folder, 'clang-19', { version: '19.1.7', target: 'wasm32-wasi' });
    const { clang, problems } = await findSystemClang('c', folder);
    expect(clang).toMatchObject({ command: 'clang-19', target: 'wasm32-wasi' });
    expect(problems).toEqual(["clang 14.0.6: 'stdio.h' file not found"]);
  });

  it('looks at each language by itself: the library of C++ may be missing', async () => {
    await writeFakeClang(folder, 'clang', { version: '19.1.7', target: 'wasm32-wasi', extension: '.c' });
    expect((await findSystemClang('c', folder)).clang?.command).toBe('clang');
    const { clang, problems } = await findSystemClang('c++', folder);
    expect(clang).toBeUndefined();
    expect(problems).toEqual([expect.stringContaining("'string' file not found")]);
  });

  it('refuses one whose linker makes no module', async () => {
    await writeFakeClang(folder, 'clang', { version: '19.1.7', target: 'wasm32-wasi' });
    await writeFile(join(folder, 'linked.wasm'), 'not a module');
    const { clang, problems } = await findSystemClang('c', folder);
    expect(clang).toBeUndefined();
    expect(problems).toEqual([expect.stringMatching(/^clang 19\.1\.7: .*expected magic word/)]);
  });

  it('asks once and remembers', async () => {
    await writeFakeClang(folder, 'clang', { version: '19.1.7', target: 'wasm32-wasi' });
    const first = await findSystemClang('c', folder);
    const asked = await fakeClangCommands(folder);
    expect(asked.length).toBeGreaterThan(0);
    expect(await findSystemClang('c', folder)).toBe(first);
    expect(await fakeClangCommands(folder)).toEqual(asked);
  });

  it('is reported beside the bundled compilers', async () => {
    await writeFakeClang(folder, 'clang-19', { version: '19.1.7', target: 'wasm32-wasi', extension: '.c' });
    const reports = await compilers(folder);
    expect(reports.map(({ kind, language, compiler }) => [kind, language, compiler?.name])).toEqual([
      ['system', 'c', 'clang-19'],
      ['system', 'c++', undefined],
      ['bundled', 'c', 'yowasp clang'],
      ['bundled', 'c++', 'yowasp clang'],
      ['bundled', 'assemblyscript', 'asc'],
    ]);
    expect(reports[1]?.problems).toEqual([expect.stringContaining('clang-19 19.1.7')]);
    for (const { compiler } of reports) if (compiler) expect(compiler.version).toMatch(/^\d+\.\d+/);
  });
});
