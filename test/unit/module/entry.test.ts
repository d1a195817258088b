import { describe, expect, it } from '@jest/globals';
import type { Entry } from '../../../src/module/artifact.ts';
import { assemble, derive, refusal } from './fixtures.ts';

const SHAPES = { v: '', i: '(result i32)', m: '(param i32 i32) (result i32)', x: '(param f64)' };

/** Exports like `main:m`: a name and one of {@link SHAPES}. */
function exporting(exports: string): string {
  const functions = exports.split(' ').map((each) => {
    const [field, shape] = each.split(':') as [string, keyof typeof SHAPES];
    return `(func (export "${field}") ${SHAPES[shape]} unreachable)`;
  });
  return `(module ${functions.join(' ')})`;
}

describe('entry', () => {
  it.each<[string, Entry]>([
    ['_start:v', { name: '_start', kind: 'wasi', initialisers: [] }],
    ['_start:v main:m _initialize:v __wasm_call_ctors:v', { name: '_start', kind: 'wasi', initialisers: [] }],
    ['_start:v _faasm_zygote:i', { name: '_start', kind: 'wasi', initialisers: [], zygote: '_faasm_zygote' }],
    [
      '_start:v main:m __main_void:i _faasm_zygote:v __wasm_call_ctors:v __wasm_call_dtors:v',
      {
        name: '__main_void',
        kind: 'plain',
        initialisers: ['__wasm_call_ctors'],
        zygote: '_faasm_zygote',
        finaliser: '__wasm_call_dtors',
      },
    ],
    [
      '_start:v main:m _faasm_zygote:i __wasm_call_ctors:v',
      { name: 'main', kind: 'main', initialisers: ['__wasm_call_ctors'], zygote: '_faasm_zygote' },
    ],
    ['main:m', { name: 'main', kind: 'main', initialisers: [] }],
    ['main:i _initialize:v __wasm_call_ctors:v', { name: 'main', kind: 'plain', initialisers: ['_initialize'] }],
    ['main:v __wasm_call_ctors:v', { name: 'main', kind: 'plain', initialisers: ['__wasm_call_ctors'] }],
    ['_asMain:i __main_void:i', { name: '_asMain', kind: 'plain', initialisers: [] }],
    ['__main_void:i _initialize:v', { name: '__main_void', kind: 'plain', initialisers: ['_initialize'] }],
  ])('of %s', (exports, entry) => {
    expect(derive(exporting(exports)).entry).toEqual(entry);
  });

  it.each([
    ['run:v', 'The module exports no entry point'],
    ['_start:i', '_start is () -> i32'],
    ['main:x', 'main is (f64) -> ()'],
    ['_asMain:m', '_asMain is (i32, i32) -> i32'],
    ['main:m _faasm_zygote:m', '_faasm_zygote is (i32, i32) -> i32'],
    ['main:m _initialize:i', '_initialize is () -> i32'],
    ['main:m __wasm_call_ctors:x', '__wasm_call_ctors is (f64) -> ()'],
  ])('is missing or wrong in %s', (exports, problem) => {
    const { code, message } = refusal(assemble(exporting(exports)));
    expect(code).toBe('MODULE_NO_ENTRY');
    expect(message).toContain(problem);
    expect(message).toContain('Exported functions: "');
    expect(message).toContain('Accepted entry points: _start () -> ()');
  });

  it('is no memory or global of that name', () => {
    const { message } = refusal(assemble('(module (memory (export "_start") 1))'));
    expect(message).toContain('The module exports no functions.');
  });

  it('is not ambiguous', () => {
    const twice = assemble('(module (func $f) (export "main" (func $f)) (export "main" (func $f)))', false);
    expect(refusal(twice)).toMatchObject({
      code: 'MODULE_INVALID',
      message: expect.stringContaining('exported twice'),
    });
  });
});
