import { describe, expect, it } from '@jest/globals';
import { BUNDLED_TARGET, compileCommand, linkCommand } from '../../../src/toolchain/clang.ts';
import { type CompileJob, languageOf } from '../../../src/toolchain/job.ts';

function job(...sources: string[]): CompileJob {
  return { sources, includeDirs: ['/sdk'], flags: ['-Wall'], linkFlags: ['-Wl,--own'] };
}

describe('clang commands', () => {
  it('compile with the SDK and the flags of the job', () => {
    const [driver, ...args] = compileCommand(job('/f/a.c'), 'wasm32-wasi', '/f/a.c', 'a.o');
    expect(driver).toBe('clang');
    expect(args).toEqual(expect.arrayContaining(['-c', '-O2', '-I/sdk', '-Wall', '-matomics', '/f/a.c', 'a.o']));
    expect(args).toContain('--target=wasm32-wasi');
  });

  it('link without optimising, which would run a wasm-opt of the host', () => {
    const command = linkCommand(job('/f/a.c'), BUNDLED_TARGET, ['a.o'], 'a.wasm');
    expect(command[0]).toBe('clang');
    expect(command.filter((part) => part.startsWith('-O'))).toEqual([]);
    expect(command).toContain('-Wl,--own');
  });

  it('silence what clang says about the older name of the target, and nothing that programs ask for', () => {
    const older = linkCommand(job('/f/a.c'), 'wasm32-wasi', ['a.o'], 'a.wasm');
    expect(older).toEqual(expect.arrayContaining(['-Wno-deprecated', '-Wdeprecated-declarations']));
    expect(linkCommand(job('/f/a.c'), BUNDLED_TARGET, ['a.o'], 'a.wasm')).not.toContain('-Wno-deprecated');
  });

  it('use the C++ driver as soon as one source is C++', () => {
    const both = job('/f/a.c', '/f/b.cpp');
    expect(compileCommand(both, BUNDLED_TARGET, '/f/b.cpp', 'b.o')[0]).toBe('clang++');
    expect(compileCommand(both, BUNDLED_TARGET, '/f/b.cpp', 'b.o')).toContain('-fno-exceptions');
    expect(linkCommand(both, BUNDLED_TARGET, ['a.o', 'b.o'], 'a.wasm')[0]).toBe('clang++');
  });
});

describe('languageOf', () => {
  it('knows a language by its extension', () => {
    expect(['a.c', 'a.cpp', 'a.cc', '/x.y/a.ts'].map(languageOf)).toEqual(['c', 'c++', 'c++', 'assemblyscript']);
  });

  it('refuses what it cannot compile', () => {
    expect(() => languageOf('a.rs')).toThrow(expect.objectContaining({ code: 'COMPILE_FAILED' }));
  });
});
