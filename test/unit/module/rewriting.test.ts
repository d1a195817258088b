import { describe, expect, it } from '@jest/globals';
import { deriveArtifact } from '../../../src/module/pipeline.ts';
import { assemble, binary, catalogueOf, derive, name, run, START, section, signature, withEntry } from './fixtures.ts';

const HOST_MEMORY = { module: 'faasm:host', name: 'memory', kind: 'memory' };

function importsOf(wasm: Uint8Array): unknown[] {
  return WebAssembly.Module.imports(new WebAssembly.Module(wasm));
}

describe('memory', () => {
  it('of its own becomes an import', () => {
    const artifact = derive(withEntry('(memory (export "memory") 3 7) (data (i32.const 5) "x")'));
    expect(artifact.memory).toEqual({ initialPages: 3, maximumPages: 7, sized: false, grows: false });
    expect(importsOf(artifact.wasm)).toEqual([HOST_MEMORY]);
    const { memory, exports } = run(artifact);
    expect(exports['memory']).toBe(memory);
  });

  it('that was imported keeps its place', () => {
    const log = signature(['i32']);
    const artifact = derive(
      withEntry(`(import "a" "one" (func $one (param i32))) (import "b" "mem" (memory 2 9)) (import "a" "two" (func $two (param i32)))
        (func (export "go") i32.const 8 i32.load8_u call $two)
        (data (i32.const 8) "*")`),
      catalogueOf({ 'a one': [log], 'a two': [log] }),
    );
    expect(artifact.memory).toMatchObject({ initialPages: 2, maximumPages: 9 });
    expect(importsOf(artifact.wasm)).toEqual([
      { module: 'a', name: 'one', kind: 'function' },
      HOST_MEMORY,
      { module: 'a', name: 'two', kind: 'function' },
    ]);
    const seen: unknown[] = [];
    run(artifact, { a: { one: () => seen.push('one'), two: (value: number) => seen.push(value) } }).call('go');
    expect(seen).toEqual([42]);
  });

  it('comes behind the imports of a module that defines its own', () => {
    const artifact = derive(withEntry('(import "a" "f" (func)) (memory 1)'), catalogueOf({ 'a f': [signature()] }));
    expect(importsOf(artifact.wasm)).toEqual([{ module: 'a', name: 'f', kind: 'function' }, HOST_MEMORY]);
  });

  it('is imported by a module that has none', () => {
    const artifact = derive('(module (func (export "_start")))');
    expect(artifact.memory).toEqual({ initialPages: 0, maximumPages: 65_536, sized: false, grows: false });
    expect(importsOf(artifact.wasm)).toEqual([HOST_MEMORY]);
    expect(run(artifact).call('_start')).toBeUndefined();
  });
});

describe('globals, tables, start', () => {
  it('are exported, the start function is no longer run', () => {
    const artifact = derive(
      withEntry(`(memory 1) (table 2 funcref) (elem (i32.const 0) $s)
        (global $a (mut i32) (i32.const 4)) (global i32 (i32.const 1)) (global (mut i64) (i64.const 5))
        (global (mut f64) (f64.const 2.5)) (global (mut f32) (f32.const 1))
        (func $s i32.const 7 global.set $a) (start $s)`),
    );
    expect(artifact).toMatchObject({ globals: [0, 2, 3, 4], tables: 1, start: true, unprovable: [] });
    const { exports } = run({ ...artifact, start: false });
    expect((exports['faasm:global:0'] as WebAssembly.Global).value).toBe(4);
    expect((exports['faasm:global:2'] as WebAssembly.Global).value).toBe(5n);
    expect((exports['faasm:table:0'] as WebAssembly.Table).get(0)).toBe(exports['faasm:start']);
    (exports['faasm:start'] as () => void)();
    expect((exports['faasm:global:0'] as WebAssembly.Global).value).toBe(7);
  });

  it('that cannot be saved are reasons', () => {
    const artifact = derive(
      withEntry(`(table 1 funcref) (memory 1) (data $d "x") (elem $e func 0)
        (global (mut funcref) (ref.null func)) (global externref (ref.null extern)) (global (mut v128) (v128.const i64x2 0 0))
        (func i32.const 0 ref.null func table.set 0 data.drop $d elem.drop $e)
        (func i32.const 0 i32.const 0 i32.const 0 memory.init $d data.drop $d)`),
    );
    expect(artifact.globals).toEqual([]);
    expect(artifact.unprovable).toEqual([
      'table.set at function 0',
      'data.drop at function 0',
      'elem.drop at function 0',
      'memory.init at function 1',
      'mutable global 0 of type funcref',
    ]);
  });
});

describe('sections', () => {
  const custom = (text: string, ...content: number[]): number[] => section(0, ...name(text), ...content);

  it('custom ones stay where they are, debugging information goes', () => {
    const upload = binary(
      custom('dylink.0', 9),
      START.types,
      START.functions,
      custom('middle', 1),
      START.exports,
      START.code(),
      custom('.debug_info', 1, 2),
      custom('sourceMappingURL', 1),
      custom('name'),
      custom('producers', 0),
    );
    const { wasm } = deriveArtifact(upload, catalogueOf());
    const text = Buffer.from(wasm).toString('latin1');
    expect(wasm.subarray(8, 19)).toEqual(upload.subarray(8, 19));
    expect(['middle', 'name', 'producers'].map((each) => text.includes(each))).toEqual([true, true, true]);
    expect(text).not.toMatch(/debug|sourceMapping/);
    expect(WebAssembly.validate(wasm)).toBe(true);
  });

  it('hints about code go only when the code changes', () => {
    const hints = custom('metadata.code.branch_hint', 0);
    const still = binary(START.types, START.functions, START.exports, hints, START.code(1));
    expect(Buffer.from(deriveArtifact(still, catalogueOf()).wasm).includes('metadata.code')).toBe(true);
    const moved = binary(
      START.types,
      START.functions,
      section(5, 1, 0, 1),
      START.exports,
      hints,
      START.code(0x3f, 0, 0x1a),
    );
    expect(Buffer.from(deriveArtifact(moved, catalogueOf()).wasm).includes('metadata.code')).toBe(false);
  });

  it('names still fit the functions', () => {
    const wat = withEntry('(memory 1) (func $thrower (export "go") i32.const 1 memory.grow drop unreachable)');
    const trap = (() => {
      try {
        run(derive(wat)).call('go');
      } catch (error) {
        return (error as Error).stack;
      }
      return '';
    })();
    expect(trap).toContain('thrower');
  });

  it('nothing of the result points into the upload', () => {
    const upload = assemble(withEntry('(memory 1) (data (i32.const 0) "abc")'));
    const { wasm, image } = deriveArtifact(upload, catalogueOf());
    upload.fill(0);
    expect(WebAssembly.validate(wasm)).toBe(true);
    expect(image.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['abc']);
    expect(image[0]?.bytes.buffer.byteLength).toBe(3);
  });

  it('bodies with long encodings of numbers are taken as they are', () => {
    const upload = binary(
      START.types,
      START.functions,
      section(5, 1, 0, 1),
      START.exports,
      // memory.size with a padded prefix index elsewhere: i32.const 0 thrice, 0xfc 11 as two bytes, memory 0 as two.
      START.code(0x41, 0x80, 0, 0x41, 0, 0x41, 0, 0xfc, 0x8b, 0, 0),
    );
    const { wasm } = deriveArtifact(upload, catalogueOf());
    expect([WebAssembly.validate(upload), WebAssembly.validate(wasm)]).toEqual([true, true]);
    expect(wasm.length).toBeGreaterThan(upload.length);
  });
});
