import { describe, expect, it } from '@jest/globals';
import { HOST_NAMES } from '../../../src/module/artifact.ts';
import { deriveArtifact } from '../../../src/module/pipeline.ts';
import { assemble, binary, catalogueOf, derive, name, refusal, run, START, section, withEntry } from './fixtures.ts';

function valid(wat: string): boolean {
  return WebAssembly.validate(derive(wat).wasm);
}

/** A module whose `_start` holds these instructions, with one page of memory. */
function withCode(...instructions: number[]): Uint8Array {
  const memory = section(5, 1, 0, 1);
  return binary(START.types, START.functions, memory, START.exports, START.code(...instructions));
}

describe('allowed features', () => {
  it.each([
    ['SIMD', '(func (export "f") (result v128) i32.const 0 v128.const i32x4 1 2 3 4 v128.load8_lane 0)'],
    ['lanes', '(func (param v128) (result i32) local.get 0 i8x16.extract_lane_s 3)'],
    [
      'shuffles',
      '(func (param v128) (result v128) local.get 0 local.get 0 i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)',
    ],
    ['relaxed SIMD', '(func (param v128) (result v128) local.get 0 local.get 0 i8x16.relaxed_swizzle)'],
    ['multi-value', '(func (result i32 i64) i32.const 1 i64.const -9000000000)'],
    ['multi-value blocks', '(func i32.const 1 block (param i32) (result i32 i32) i32.const 2 end drop drop)'],
    [
      'tail calls',
      '(type $t (func)) (table 1 funcref) (func return_call 1) (func i32.const 0 return_call_indirect (type $t))',
    ],
    ['sign extension', '(func (param i32) (result i32) local.get 0 i32.extend8_s)'],
    ['saturating truncation', '(func (param f64) (result i64) local.get 0 i64.trunc_sat_f64_u)'],
    ['extended constants', '(global i32 (i32.add (i32.const 4) (i32.mul (i32.const 2) (i32.const 3))))'],
    [
      'atomics',
      '(func (result i32) i32.const 0 i32.atomic.load atomic.fence i32.const 0 i32.const 1 memory.atomic.notify i32.add)',
    ],
    [
      'reference types',
      '(table 2 externref) (func (result externref) i32.const 1 table.get 0) (func (result i32) ref.null func ref.is_null)',
    ],
    [
      'typed select',
      '(func (param externref) (result externref) local.get 0 local.get 0 i32.const 1 select (result externref))',
    ],
    ['branch tables', '(func (param i32) block block block local.get 0 br_table 0 1 2 0 end end end)'],
    ['floats', '(func (result f64) f32.const 1.5 drop f64.const 2.5)'],
    ['tags', '(tag $e (param i32)) (func i32.const 1 throw $e)'],
    [
      'legacy exceptions',
      '(tag $e) (func try throw $e catch $e catch_all rethrow 0 end) (func try try throw $e delegate 0 catch_all end)',
    ],
  ])('%s', (_, wat) => {
    expect(valid(withEntry(`(memory 1) ${wat}`))).toBe(true);
  });

  it('exnref exceptions', () => {
    // block (result exnref): try_table (catch_all_ref 0): unreachable end; unreachable end; throw_ref
    const upload = withCode(0x02, 0x69, 0x1f, 0x40, 1, 3, 0, 0, 0x0b, 0x00, 0x0b, 0x0a);
    expect(WebAssembly.validate(deriveArtifact(upload, catalogueOf()).wasm)).toBe(true);
  });

  it('typed function references', () => {
    // ref.null 0; drop; ref.func 0; call_ref 0 with _start declared through its export
    const upload = withCode(0xd0, 0, 0x1a, 0xd2, 0, 0x14, 0);
    expect(WebAssembly.validate(deriveArtifact(upload, catalogueOf()).wasm)).toBe(true);
  });

  it('tables with an initial value', () => {
    const table = section(4, 1, 0x40, 0, 0x70, 0, 2, 0xd2, 0, 0x0b);
    const upload = binary(START.types, START.functions, table, START.exports, START.code());
    const { exports } = run(deriveArtifact(upload, catalogueOf()));
    expect((exports['faasm:table:0'] as WebAssembly.Table).get(1)).toBe(exports['_start']);
  });
});

describe('refused features', () => {
  it.each([
    ['structs', binary(section(1, 1, 0x5f, 0)), 'garbage-collected'],
    ['arrays', binary(section(1, 1, 0x5e, 0x7f, 0)), 'garbage-collected'],
    ['recursive type groups', binary(section(1, 1, 0x4e, 1, 0x60, 0, 0)), 'garbage-collected'],
    ['subtypes', binary(section(1, 1, 0x50, 0, 0x60, 0, 0)), 'garbage-collected'],
    ['i31 references', binary(section(1, 1, 0x60, 1, 0x6c, 0)), 'garbage-collected'],
    ['any references', binary(section(1, 1, 0x60, 1, 0x63, 0x6e, 0)), 'garbage-collected'],
    ['GC instructions', withCode(0xfb, 0x1c), 'garbage-collected'],
    ['64-bit memories', binary(section(5, 1, 4, 1)), '64-bit memory'],
    ['64-bit tables', binary(section(4, 1, 0x70, 4, 1)), '64-bit table'],
    ['shared memories', binary(section(5, 1, 3, 1, 1)), 'Threads are not supported yet'],
    [
      'imported shared memories',
      binary(section(2, 1, ...name('e'), ...name('m'), 2, 3, 1, 1)),
      'Threads are not supported',
    ],
    ['several memories', binary(section(5, 2, 0, 1, 0, 1)), 'several memories'],
    ['custom page sizes', binary(section(5, 1, 8, 1, 0)), 'custom page sizes'],
    ['components', Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0), 'component model'],
    ['waiting', withCode(0x41, 0, 0x41, 0, 0x42, 0, 0xfe, 1, 2, 0, 0x1a), 'memory.atomic.wait32'],
    ['accesses to a second memory', withCode(0x41, 0, 0x28, 0x42, 1, 0, 0x1a), 'several memories'],
    ['the size of a second memory', withCode(0x3f, 1, 0x1a), 'several memories'],
    ['tables of typed references', binary(section(4, 1, 0x64, 0x70, 0, 0)), 'a table of other elements'],
    ['unknown instructions', withCode(0xe3), '0xe3'],
    ['unknown 0xfc instructions', withCode(0xfc, 19), '0xfc 19'],
    ['unknown SIMD instructions', withCode(0xfd, 0x94, 2), '0xfd 276'],
    ['shared globals', binary(section(6, 1, 0x7f, 2, 0x41, 0, 0x0b)), 'shared globals'],
  ])('%s', (_, upload, message) => {
    const { code, message: said } = refusal(upload);
    expect([code, said]).toEqual(['MODULE_UNSUPPORTED', expect.stringContaining(message)]);
    expect(said).toMatch(/at byte \d+/);
  });

  it('functions over 2 MiB', () => {
    const body = 2 * 1024 * 1024 + 1;
    const leb5 = (value: number): number[] =>
      [0, 7, 14, 21, 28].map((s) => ((value >>> s) & 0x7f) | (s < 28 ? 0x80 : 0));
    const head = binary(START.types, START.functions, START.exports);
    const code = [10, ...leb5(body + 6), 1, ...leb5(body)];
    const upload = new Uint8Array(head.length + code.length + body).fill(1);
    upload.set(head);
    upload.set(code, head.length);
    upload[head.length + code.length] = 0;
    upload[upload.length - 1] = 0x0b;
    expect(refusal(upload)).toMatchObject({
      code: 'MODULE_UNSUPPORTED',
      message: expect.stringContaining('a function (index 0) with 2097153 bytes of code'),
    });
  });

  it('names of ours', () => {
    const exported = binary(START.types, START.functions, section(7, 1, ...name('faasm:size'), 0, 0), START.code());
    expect(refusal(exported)).toMatchObject({
      code: 'MODULE_UNSUPPORTED',
      message: expect.stringContaining('faasm:size'),
    });
    const imported = assemble('(module (import "faasm:host" "memory" (memory 1)))');
    expect(refusal(imported)).toMatchObject({
      code: 'MODULE_UNSUPPORTED',
      message: expect.stringContaining('faasm:host'),
    });
  });
});

describe('indices beyond the own ones, which will be ours', () => {
  const grow = '(memory 1) (func (export "_start") i32.const 1 memory.grow drop)';
  it.each([
    ['a function', '(func call 3)'],
    ['a function reference', '(func ref.func 3 drop)'],
    ['a global', '(func global.get 0 drop)'],
    ['a written global', '(func i32.const 9 global.set 0)'],
    ['a table', '(func i32.const 0 table.get 0 drop)'],
    ['an indirect call', '(type $t (func)) (func i32.const 0 call_indirect 0 (type $t))'],
    ['a table set', '(func i32.const 0 ref.null func table.set 0)'],
    ['an element segment', '(elem (i32.const 0) func 0)'],
    ['an element', '(elem func 3)'],
    ['a global in a constant', '(global i32 (global.get 1))'],
    ['an export', '(export "g" (global 0))'],
    ['a data segment', '(func data.drop 0)'],
  ])('%s is refused', (_, wat) => {
    expect(refusal(assemble(`(module ${grow} ${wat})`, false)).code).toBe('MODULE_INVALID');
  });

  it('memory instructions without a memory are refused', () => {
    for (const code of ['i32.const 0 i32.load drop', 'memory.size drop', 'i32.const 0 v128.load drop']) {
      expect(refusal(assemble(`(module (func (export "_start") ${code}))`, false)).code).toBe('MODULE_INVALID');
    }
  });
});

describe('tables', () => {
  const lengthAfterGrowth = (artifact: ReturnType<typeof derive>, index: number): number => {
    const table = run(artifact).exports[`${HOST_NAMES.table}${index}`] as WebAssembly.Table & {
      grow(n: number): number;
    };
    let step = 1 << 22;
    for (; step > 0; step >>= 1) {
      try {
        table.grow(step);
      } catch {
        // Too much: the next step is half as large.
      }
    }
    return table.length;
  };

  it('may grow by 65,536 entries in all', () => {
    expect(lengthAfterGrowth(derive(withEntry('(table 10 funcref)')), 0)).toBe(65_546);
    expect(lengthAfterGrowth(derive(withEntry('(table 10 70000 funcref)')), 0)).toBe(65_546);
    expect(lengthAfterGrowth(derive(withEntry('(table 10 20 funcref)')), 0)).toBe(20);
  });

  it('share what they may grow by; what one leaves the others get', () => {
    const artifact = derive(
      withEntry('(table 1 funcref) (table 5 5 externref) (table 2 12 funcref) (table 0 externref)'),
    );
    expect(artifact.tables).toBe(4);
    expect([0, 1, 2, 3].map((index) => lengthAfterGrowth(artifact, index))).toEqual([32_764, 5, 12, 32_763]);
  });

  it('are refused when too large or too many', () => {
    expect(valid(withEntry('(table 1000000 funcref)'))).toBe(true);
    for (const tables of ['(table 600000 funcref) (table 400001 externref)', '(table 0 funcref)'.repeat(65)]) {
      expect(refusal(assemble(withEntry(tables))).code).toBe('MODULE_UNSUPPORTED');
    }
  });
});
