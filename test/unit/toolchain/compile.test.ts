import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CompileProgramOptions, compileProgram } from '../../../src/toolchain/compile.ts';
import type { CompileStep } from '../../../src/toolchain/job.ts';
import { FAKE_MODULE, fakeClangCommands, writeFakeClang } from '../../support/fake-clang.ts';
import { wat } from '../../support/wat.ts';

describe('compileProgram', () => {
  let root: string;
  let outFile: string;
  const at = (...names: string[]) => names.map((name) => join(root, name));
  const compile = (sources: string[], more: Partial<CompileProgramOptions> = {}) =>
    compileProgram({ sources: at(...sources), outFile, ...more });
  const failure = (sources: string[], more: Partial<CompileProgramOptions> = {}) =>
    compile(sources, more).then(
      () => 'compiled',
      (error) => `${error.code}: ${error.message}`,
    );

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'faasm-compile-'));
    outFile = join(root, 'out/module.wasm');
    for (const name of ['a.c', 'b.cpp', 'c.ts', 'd.ts', 'e.rs']) await writeFile(join(root, name), '');
    await mkdir(join(root, 'folder.c'));
    await mkdir(join(root, 'none'));
    await writeFakeClang(join(root, 'path'), 'clang-19', { version: '19.1.7', target: 'wasm32-wasi' });
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it.each([
    ['no sources', [], /nothing to compile/],
    ['a missing source', ['a.c', 'missing.c'], /There is no source .*missing\.c/],
    ['a folder', ['folder.c'], /folder\.c is not a file/],
    ['an unknown extension', ['a.c', 'e.rs'], /Cannot compile .*e\.rs: use one of \.c, /],
    ['AssemblyScript with C', ['a.c', 'c.ts'], /cannot be linked with C/],
    ['two AssemblyScript sources', ['c.ts', 'd.ts'], /takes one source/],
  ])('refuses %s', async (_, sources, message) => {
    const text = await failure(sources);
    expect(text).toMatch(/^COMPILE_FAILED: /);
    expect(text).toMatch(message);
  });

  it('refuses an include folder that is not there', async () => {
    expect(await failure(['a.c'], { includeDirs: at('nowhere') })).toMatch(
      /^COMPILE_FAILED: There is no include folder/,
    );
  });

  it("refuses to use a system's compiler that is not there", async () => {
    const searchPath = join(root, 'none');
    expect(await failure(['a.c'], { compiler: 'system', searchPath })).toBe(
      'COMPILE_FAILED: No clang of this system can build C for WASI: there is no clang on PATH',
    );
    expect(await failure(['c.ts'], { compiler: 'system' })).toMatch(/^COMPILE_FAILED: AssemblyScript has no compiler/);
  });

  it("uses the system's clang when it can build modules, for C and C++ in one", async () => {
    const searchPath = join(root, 'path');
    const steps: CompileStep[] = [];
    const made = await compile(['a.c', 'b.cpp'], {
      searchPath,
      includeDirs: [root],
      flags: ['-DX'],
      linkFlags: ['-Wl,--own'],
      onProgress: (step) => steps.push(step),
    });
    const linked = await wat(FAKE_MODULE);
    expect(made).toMatchObject({ compiler: { kind: 'system', name: 'clang-19', version: '19.1.7' }, log: '' });
    expect(made.sizeBytes).toBe(linked.length);
    expect(new Uint8Array(await readFile(outFile))).toEqual(linked);

    const commands = (await fakeClangCommands(searchPath)).filter((line) => /a\.c |b\.cpp |--own/.test(line));
    expect(commands).toHaveLength(3);
    const [compiled, link] = [commands.filter((line) => line.includes(' -c ')), commands.at(-1) as string];
    for (const line of compiled) expect(line).toMatch(new RegExp(`-I${root} -I\\S+/guest/c/include -DX`));
    expect(compiled.filter((line) => line.includes('--driver-mode=g++'))).toHaveLength(1);
    expect(link).toMatch(/clang-19 --driver-mode=g\+\+ .*--own .*0-a\.c\.o .*1-b\.cpp\.o/);
    expect(link).not.toMatch(/ -O/);
    expect(steps.map(({ action, done, total }) => [action, done, total])).toEqual([
      ['compile', 0, 3],
      ['compile', 1, 3],
      ['link', 2, 3],
    ]);
  });
});
