import { describe, expect, it } from '@jest/globals';
import { catalogue, findHostFunction, IMPORT_GROUPS } from '../../../src/host/groups.ts';
import { FakeHost } from '../../support/host-context.ts';

describe('groups', () => {
  it('offers every function under one name only', () => {
    const names = IMPORT_GROUPS.flatMap(({ module, functions }) => functions.map(({ name }) => `${module}.${name}`));
    expect(new Set(names).size).toBe(names.length);
    expect(IMPORT_GROUPS.find(({ module }) => module === 'wasi_snapshot_preview1')?.functions).toHaveLength(46);
  });

  it('accepts both ABI generations', () => {
    expect(catalogue('env', '__faasm_read_state')).toEqual([
      { params: ['i32', 'i32', 'i32'], results: ['i32'] },
      { params: ['i32', 'i32', 'i32'], results: [] },
    ]);
    expect(catalogue('env', 'abort')?.map(({ params }) => params.length)).toEqual([4, 0]);
    expect(catalogue('wasi_snapshot_preview1', 'path_open')).toEqual([
      { params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i64', 'i64', 'i32', 'i32'], results: ['i32'] },
    ]);
  });

  it('knows nothing else', () => {
    expect(catalogue('env', 'fork')).toBeUndefined();
    expect(findHostFunction('__proto__', 'toString')).toBeUndefined();
    expect(findHostFunction('wasi_snapshot_preview2', 'fd_write')).toBeUndefined();
  });
});

describe('read_input', () => {
  it('answers the size for length 0, and copies no more than there is room for', () => {
    const host = new FakeHost({ input: 'hello' });
    const buffer = host.allocate(16);
    expect(host.env('__faasm_read_input', 0, 0)).toBe(5);
    expect(host.env('__faasm_read_input', buffer, 3)).toBe(3);
    expect(host.text(buffer, 5)).toBe('hel\0\0');
    expect(host.env('__faasm_read_input', buffer, 16)).toBe(5);
    expect(host.text(buffer, 6)).toBe('hello\0');
  });

  it('answers 0 without input, wherever the buffer is', () => {
    expect(new FakeHost().env('__faasm_read_input', -1, 10)).toBe(0);
  });

  it('ends the call on a bad pointer', () => {
    const host = new FakeHost({ input: 'hello' });
    expect(() => host.env('__faasm_read_input', -4, 5)).toThrow(expect.objectContaining({ code: 'BAD_POINTER' }));
    expect(() => host.env('__faasm_read_input', host.memory.bytes.length - 4, 5)).toThrow('outside the memory');
  });

  it('polls while it copies a large input', () => {
    const host = new FakeHost({ input: new Uint8Array(4 << 20), pages: 128 });
    expect(host.env('__faasm_read_input', 0, -1)).toBe(4 << 20);
    expect(host.polls).toBeGreaterThanOrEqual(4);
  });
});

describe('write_output', () => {
  it('replaces what was written', () => {
    const host = new FakeHost();
    host.env('__faasm_write_output', ...host.put('first'));
    host.env('__faasm_write_output', ...host.put('second'));
    expect(host.outputText).toBe('second');
    host.env('__faasm_write_output', 0, 0);
    expect(host.outputText).toBe('');
  });

  it('ends the call past the limit and on bad pointers', () => {
    const host = new FakeHost({ limits: { outputBytes: 4 } });
    const limit = expect.objectContaining({ code: 'OUTPUT_LIMIT' });
    expect(() => host.env('__faasm_write_output', 0, 5)).toThrow(limit);
    expect(() => host.env('__faasm_write_output', 8, -8)).toThrow(expect.objectContaining({ code: 'BAD_POINTER' }));
  });
});

it('exits with the given code', () => {
  for (const name of ['exit', '_Exit']) {
    expect(() => new FakeHost().env(name, 3)).toThrow(expect.objectContaining({ code: 3 }));
  }
});
