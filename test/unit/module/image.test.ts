import { describe, expect, it } from '@jest/globals';
import { deriveArtifact } from '../../../src/module/pipeline.ts';
import {
  assemble,
  binary,
  catalogueOf,
  derive,
  flatImage,
  refusal,
  run,
  START,
  section,
  withEntry,
} from './fixtures.ts';

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** A module with the given data segments, beside the memory it makes when V8 instantiates it unchanged. */
function expectSameMemory(data: string): ReturnType<typeof derive> {
  const wat = withEntry(`(memory (export "memory") 2) ${data}`);
  const original = new WebAssembly.Instance(new WebAssembly.Module(assemble(wat))).exports[
    'memory'
  ] as WebAssembly.Memory;
  const artifact = derive(wat);
  expect(Buffer.from(run(artifact).memory.buffer).equals(Buffer.from(original.buffer))).toBe(true);
  return artifact;
}

describe('memory image', () => {
  it('is empty without data', () => {
    expect(derive(withEntry('(memory 1)')).image).toEqual([]);
  });

  it('holds segments sorted by offset and leaves the module without data', () => {
    const artifact = expectSameMemory('(data (i32.const 9000) "late") (data (i32.const 16) "early")');
    expect(artifact.image.map(({ offset, bytes }) => [offset, text(bytes)])).toEqual([
      [16, 'early'],
      [9000, 'late'],
    ]);
    expect(text(artifact.wasm)).not.toContain('early');
  });

  it('evaluates extended constants', () => {
    const { image } = expectSameMemory(
      '(data (offset (i32.sub (i32.mul (i32.const 70000) (i32.const 2)) (i32.add (i32.const 40000) (i32.const 7)))) "x")',
    );
    expect(image[0]?.offset).toBe(99_993);
  });

  it('applies overlapping segments in order', () => {
    const { image } = expectSameMemory(
      '(data (i32.const 100) "aaaaaaaaaa") (data (i32.const 95) "bbbbbbb") (data (i32.const 104) "cc") (data (i32.const 104) "\\00")',
    );
    expect(image).toHaveLength(1);
    expect(text(image[0]?.bytes ?? new Uint8Array())).toBe('bbbbbbbaa\0caaaa');
  });

  it('joins near pieces and leaves long runs of zeros out', () => {
    const zeros = '\\00'.repeat(5000);
    const { image } = expectSameMemory(
      `(data (i32.const 0) "${zeros}x${zeros}yz${'\\00'.repeat(100)}") (data (i32.const 20000) "one") (data (i32.const 20010) "two") (data (i32.const 50000) "${zeros}")`,
    );
    expect(image.map(({ offset, bytes }) => [offset, bytes.length])).toEqual([
      [5000, 1],
      [10_001, 2],
      [20_000, 13],
    ]);
  });

  it('reaches to the last byte of memory, no further', () => {
    expectSameMemory('(data (i32.const 131071) "x") (data (i32.const 131072) "")');
    for (const data of [
      '(data (i32.const 131071) "xy")',
      '(data (i32.const 131073) "")',
      '(data (i32.const -1) "x")',
    ]) {
      expect(refusal(assemble(withEntry(`(memory 2) ${data}`)))).toMatchObject({
        code: 'MODULE_INVALID',
        message: expect.stringContaining('lies outside'),
      });
    }
  });

  it('leaves empty segments behind where code may name them', () => {
    const artifact = derive(
      withEntry(`(memory 1) (data $a (i32.const 1) "active") (data $p "passive")
        (func (export "init") (param i32) i32.const 64 i32.const 0 local.get 0 memory.init $p)
        (func (export "again") (param i32) i32.const 64 i32.const 0 local.get 0 memory.init $a)`),
    );
    expect(text(flatImage(artifact))).toBe('\0active');
    const { call, memory } = run(artifact);
    call('init', 7);
    expect(text(new Uint8Array(memory.buffer, 64, 7))).toBe('passive');
    expect(call('again', 0)).toBeUndefined();
    expect(() => call('again', 1)).toThrow('memory access out of bounds');
  });

  it('keeps passive segments that nothing can name', () => {
    const data = section(11, 2, 1, 1, 0x70, 0, 0x41, 3, 0x0b, 1, 0x61);
    const upload = binary(START.types, START.functions, section(5, 1, 0, 1), START.exports, START.code(), data);
    const artifact = deriveArtifact(upload, catalogueOf());
    expect(artifact.image).toEqual([{ offset: 3, bytes: Uint8Array.of(0x61) }]);
    expect(WebAssembly.validate(artifact.wasm)).toBe(true);
  });

  it('is not cut when an offset is not constant', () => {
    const global = section(6, 1, 0x7f, 0, 0x41, 9, 0x0b);
    const data = section(11, 2, 0, 0x41, 1, 0x0b, 1, 0x61, 0, 0x23, 0, 0x0b, 1, 0x62);
    const upload = binary(START.types, START.functions, section(5, 1, 0, 1), global, START.exports, START.code(), data);
    const artifact = deriveArtifact(upload, catalogueOf());
    expect(artifact.image).toEqual([]);
    expect(artifact.unprovable).toEqual(['active data segment whose offset is not constant']);
    expect(text(new Uint8Array(run(artifact).memory.buffer, 0, 10))).toBe('\0a\0\0\0\0\0\0\0b');
  });
});
