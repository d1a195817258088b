import { describe, expect, it } from '@jest/globals';
import { assemble, catalogueOf, derive, refusal, signature, withEntry } from './fixtures.ts';

const host = catalogueOf({
  'env log': [signature(['i32', 'i32'])],
  'env any': [signature(['i32']), signature(['i64'], ['i64'])],
});

describe('imports', () => {
  it('of functions the host has are accepted, with any of its signatures', () => {
    const artifact = derive(
      withEntry(`(import "env" "log" (func (param i32 i32)))
        (import "env" "any" (func (param i64) (result i64)))
        (import "env" "any" (func (param i32)))`),
      host,
    );
    expect(artifact.imports).toEqual([
      { module: 'env', name: 'log', params: ['i32', 'i32'], results: [] },
      { module: 'env', name: 'any', params: ['i64'], results: ['i64'] },
      { module: 'env', name: 'any', params: ['i32'], results: [] },
    ]);
  });

  it('the host lacks or has otherwise are listed, all of them', () => {
    const upload = assemble(
      withEntry(`(import "env" "log" (func (param i32 i32)))
        (import "env" "none" (func (param f32 v128) (result i32 i64)))
        (import "env" "any" (func (param f64)))
        (import "env" "memory" (memory 1))
        (import "env" "base" (global i32))
        (import "env" "table" (table 1 funcref))
        (import "env" "tag" (tag))`),
    );
    const { code, message } = refusal(upload, host);
    expect(code).toBe('MODULE_IMPORTS');
    expect(message.split('\n')).toEqual([
      'The host cannot satisfy 5 imports of the module:',
      '  "env" "none": (f32, v128) -> (i32, i64) is not offered',
      '  "env" "any": (f64) -> (), the host has (i32) -> () or (i64) -> i64',
      '  "env" "base": global imports are not supported',
      '  "env" "table": table imports are not supported',
      '  "env" "tag": tag imports are not supported',
      'Link what is missing into the module, or build it against the headers of this host.',
    ]);
  });

  it.each([
    ['gojs', 'runtime.wasmWrite', 'GOOS=wasip1'],
    ['wbg', '__wbindgen_throw', 'wasm32-wasip1'],
    ['__wbindgen_placeholder__', '__wbindgen_describe', 'wasm32-wasip1'],
    ['./app_bg.js', '__wbg_log_1', 'wasm32-wasip1'],
    ['env', 'emscripten_resize_heap', 'Emscripten'],
    ['env', '_emscripten_throw_longjmp', 'Emscripten'],
    ['env', '__syscall_openat', 'Emscripten'],
    ['env', 'invoke_viii', 'Emscripten'],
    ['wasix_32v1', 'futex_wait', 'WASIX'],
    ['wasi:cli/stdout@0.2.0', 'get-stdout', 'component'],
    ['wasi_snapshot_preview1', 'sock_open', 'sockets'],
    ['wasi', 'thread-spawn', 'threads'],
  ])('that give the toolchain away have its advice: %s %s', (module, name, advice) => {
    const upload = assemble(withEntry(`(import "env" "other" (func)) (import "${module}" "${name}" (func))`));
    const last = refusal(upload, catalogueOf()).message.split('\n').at(-1);
    expect(last).toContain(advice);
    expect(last).not.toContain('Link what is missing');
  });

  it('make no message as long as the upload', () => {
    const many = Array.from({ length: 2000 }, (_, index) => `(import "env" "missing-${index}" (func))`);
    const { message } = refusal(assemble(`(module ${many.join('')})`));
    expect(message.split('\n')).toHaveLength(503);
    expect(message).toContain('and 1500 more');
    const long = refusal(assemble(`(module (import "env" "${'x'.repeat(100_000)}" (func)))`));
    expect(long.message.length).toBeLessThan(500);
  });
});
