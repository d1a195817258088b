import { describe, expect, it } from '@jest/globals';
import { assemble, derive, outcome, run } from './fixtures.ts';

const MIB = 1 << 20;
const PAGES = 80; // 5 MiB
const SIZE = PAGES * 65_536;

const WAT = `(module
  (memory (export "memory") ${PAGES})
  (data $p "\\01\\02\\03\\04\\05\\06\\07\\08")
  (func (export "_start"))
  (func (export "fill") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.fill)
  (func (export "copy") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.copy)
  (func (export "init") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.init $p)
  (func (export "drop") data.drop $p))`;

type Calls = (field: string, ...args: unknown[]) => unknown;

/** The module as V8 runs it unchanged, and rewritten; both memories hold the same pattern. */
function pair(): { name: string; call: Calls; bytes: Uint8Array }[] {
  const original = new WebAssembly.Instance(new WebAssembly.Module(assemble(WAT)));
  const plain: Calls = (field, ...args) => (original.exports[field] as Calls)(...(args as [string]));
  const rewritten = run(derive(WAT));
  const both = [
    { name: 'original', call: plain, bytes: new Uint8Array((original.exports['memory'] as WebAssembly.Memory).buffer) },
    { name: 'rewritten', call: rewritten.call, bytes: new Uint8Array(rewritten.memory.buffer) },
  ];
  for (const { bytes } of both) for (let at = 0; at < SIZE; at += 1) bytes[at] = (at * 31 + (at >>> 8) * 7) & 0xff;
  return both;
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.from(one.buffer).equals(Buffer.from(other.buffer));
}

/** Runs the call in both and expects the same outcome and the same memory. */
function expectSame(field: string, ...args: number[]): unknown {
  const [original, rewritten] = pair();
  if (original === undefined || rewritten === undefined) throw new Error('unreachable');
  const wanted = outcome(() => original.call(field, ...args));
  expect(outcome(() => rewritten.call(field, ...args))).toEqual(wanted);
  expect(sameBytes(original.bytes, rewritten.bytes)).toBe(true);
  return wanted;
}

describe('memory.fill in chunks', () => {
  it.each([
    [0, 1, 0],
    [17, 0xab, 5],
    [0, 7, MIB],
    [3, 7, MIB + 1],
    [5, 0x1ff, 2 * MIB],
    [1, 9, 3 * MIB + 12_345],
    [0, 1, SIZE],
    [SIZE, 1, 0],
    [SIZE - 2 * MIB - 3, 1, 2 * MIB + 3],
  ])('fill(%d, %d, %d) does what memory.fill does', (...args) => {
    expect(expectSame('fill', ...args)).toBeUndefined();
  });

  it.each([
    [SIZE + 1, 1, 0],
    [SIZE - 1, 1, 2],
    [SIZE - 2 * MIB, 1, 2 * MIB + 1],
    [0, 1, SIZE + 1],
    [-1, 1, -1],
    [4, 1, -1],
  ])('fill(%d, %d, %d) traps before it writes', (...args) => {
    expect(expectSame('fill', ...args)).toMatch(/^trap: memory access out of bounds/);
  });
});

describe('memory.copy in chunks', () => {
  it.each([
    [0, 5, 0],
    [3, 9, 100],
    [9, 3, 100],
    [0, 2 * MIB + 5, 2 * MIB + 77], // upwards, apart
    [1, 2, 4 * MIB], // upwards, overlapping by almost everything
    [MIB - 1, 2 * MIB, 3 * MIB - 1],
    [2, 1, 4 * MIB], // downwards, overlapping by almost everything
    [2 * MIB, MIB - 1, 3 * MIB - 1],
    [MIB, 0, 4 * MIB],
    [7, 7, 3 * MIB],
    [2 * MIB + 512, 0, SIZE - 2 * MIB - 512], // exact end
    [0, 2 * MIB + 512, SIZE - 2 * MIB - 512],
    [SIZE, SIZE, 0],
  ])('copy(%d, %d, %d) does what memory.copy does', (...args) => {
    expect(expectSame('copy', ...args)).toBeUndefined();
  });

  it.each([
    [SIZE + 1, 0, 0],
    [0, SIZE + 1, 0],
    [0, 2 * MIB, SIZE - 2 * MIB + 1],
    [2 * MIB, 0, SIZE - 2 * MIB + 1],
    [-1, 0, 2],
    [0, -1, -1],
    [0, 0, SIZE + 1],
  ])('copy(%d, %d, %d) traps before it writes', (...args) => {
    expect(expectSame('copy', ...args)).toMatch(/^trap: memory access out of bounds/);
  });
});

describe('memory.init', () => {
  it('copies, traps and is dropped as the instruction', () => {
    expect(expectSame('init', 3 * MIB, 2, 6)).toBeUndefined();
    expect(expectSame('init', 0, 3, 6)).toMatch(/^trap/);
    const { call } = run(derive(WAT));
    call('drop');
    expect(outcome(() => call('init', 0, 0, 1))).toMatch(/^trap/);
    expect(outcome(() => call('init', 0, 0, 0))).toBeUndefined();
  });
});

describe('table operations', () => {
  const TABLES = `(module
    (table $f (export "f") 4 20 funcref)
    (table $x (export "x") 3 externref)
    (elem $e func $one $two)
    (func $one (result i32) i32.const 1)
    (func $two (result i32) i32.const 2)
    (func (export "_start"))
    (func (export "init") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 table.init $f $e)
    (func (export "copy") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 table.copy $f $f)
    (func (export "fill") (param i32 i32) local.get 0 ref.func $two local.get 1 table.fill $f)
    (func (export "growf") (param i32) (result i32) ref.func $one local.get 0 table.grow $f)
    (func (export "growx") (param externref i32) (result i32) local.get 0 local.get 1 table.grow $x)
    (func (export "fillx") (param i32 externref i32) local.get 0 local.get 1 local.get 2 table.fill $x)
    (func (export "sizes") (result i32 i32) table.size $f table.size $x)
    (func (export "at") (param i32) (result i32) local.get 0 call_indirect $f (result i32)))`;

  it('do what the instructions do', () => {
    const original = new WebAssembly.Instance(new WebAssembly.Module(assemble(TABLES)));
    const plain: Calls = (field, ...args) => (original.exports[field] as Calls)(...(args as [string]));
    const { call } = run(derive(TABLES));
    const script: [string, ...unknown[]][] = [
      ['init', 0, 0, 2],
      ['at', 0],
      ['at', 1],
      ['at', 2],
      ['init', 3, 0, 2],
      ['copy', 1, 0, 2],
      ['at', 2],
      ['at', 1],
      ['fill', 2, 2],
      ['at', 3],
      ['fill', 3, 2],
      ['growf', 5],
      ['at', 8],
      ['growf', 50],
      ['growx', 'q', 2],
      ['fillx', 0, 'z', 5],
      ['fillx', 1, 'z', 5],
      ['sizes'],
    ];
    for (const [field, ...args] of script) {
      const wanted = outcome(() => plain(field, ...args));
      expect([field, outcome(() => call(field, ...args))]).toEqual([field, wanted]);
    }
  });

  it('are named as reasons against reset in place, once each', () => {
    expect(derive(TABLES).unprovable).toEqual([
      'table.init at function 3',
      'table.copy at function 4',
      'table.fill at function 5',
      'table.grow at function 6',
    ]);
  });
});
