import { describe, expect, it } from '@jest/globals';
import { isFaasmError } from '../../../src/core/errors.ts';
import { leb } from '../../../src/module/byte-writer.ts';
import { deriveArtifact } from '../../../src/module/pipeline.ts';
import { assemble, binary, catalogueOf, name, refusal, START, section, signature } from './fixtures.ts';

/** A module that has something of everything. */
const RICH = assemble(`(module
  (type $binary (func (param i32 i32) (result i32)))
  (import "env" "log" (func $log (param i32)))
  (tag $e (param i32))
  (table $t 3 9 funcref) (table $x 1 externref)
  (memory (export "memory") 1 4)
  (global $g (mut i32) (i32.const 5)) (global (mut f64) (f64.const 1)) (global i64 (i64.const -1))
  (elem (i32.const 0) $start $add) (elem $passive func $add)
  (data $a (i32.const 8) "hello") (data (i32.add (i32.const 100) (i32.const 3)) "\\00\\01") (data $p "passive")
  (func $start i32.const 300000 call $log) (start $start)
  (func $add (type $binary) local.get 0 local.get 1 i32.add)
  (func (export "_start") (local i32 i64 v128)
    try i32.const 1 throw $e catch $e drop end
    block loop local.get 0 br_table 0 1 0 end end
    i32.const 1 i32.const 2 i32.const 0 call_indirect $t (type $binary) global.set $g
    i32.const 1 memory.grow drop memory.size drop
    i32.const 0 i32.const 1 i32.const 2 memory.copy i32.const 0 i32.const 1 i32.const 2 memory.fill
    i32.const 0 i32.const 0 i32.const 2 memory.init $p data.drop $p
    i32.const 0 i32.const 0 i32.const 1 table.init $t $passive elem.drop $passive
    ref.null func i32.const 1 table.grow $t drop
    v128.const i32x4 1 2 3 4 local.set 2 f64.const 1.5 drop i64.const 0x123456789abc local.set 1
    i32.const 0 i32.atomic.load offset=70000 drop))`);

const host = catalogueOf({ 'env log': [signature(['i32'])] });

/** Derives and lets V8 look at what comes out; anything but a FaasmError is a failure of the test. */
function survive(upload: Uint8Array): 'valid' | 'invalid' | 'refused' {
  try {
    return WebAssembly.validate(deriveArtifact(upload, host).wasm) ? 'valid' : 'invalid';
  } catch (error) {
    if (!isFaasmError(error) || !error.code.startsWith('MODULE_')) throw error;
    return 'refused';
  }
}

/** Numbers below `limit`, the same in every run (mulberry32). */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

describe('hostile input', () => {
  it('the module these tests damage is accepted whole', () => {
    expect(WebAssembly.validate(RICH)).toBe(true);
    expect(survive(RICH)).toBe('valid');
  });

  it('cut at any byte is refused or still a module', () => {
    for (let length = 0; length < RICH.length; length += 1) survive(RICH.subarray(0, length));
  });

  it('with any byte changed meets no other error', () => {
    for (let at = 0; at < RICH.length; at += 1) {
      for (const value of [0, 1, 0x0b, 0x40, 0x7f, 0x80, 0xfc, 0xff, (RICH[at] ?? 0) ^ 0x40]) {
        const damaged = RICH.slice();
        damaged[at] = value;
        survive(damaged);
      }
    }
  });

  it('mutated at random meets no other error, and nothing V8 refuses comes out valid', () => {
    const random = randomNumbers(20_261_121);
    const counts = { valid: 0, invalid: 0, refused: 0 };
    for (let round = 0; round < 6000; round += 1) {
      const bytes = [...RICH];
      for (let edits = 1 + random(4); edits > 0; edits -= 1) {
        const at = random(bytes.length);
        const kind = random(4);
        if (kind === 0) bytes[at] = random(256);
        else if (kind === 1) bytes.splice(at, 1 + random(8));
        else if (kind === 2) bytes.splice(at, 0, random(256), random(256));
        else bytes.splice(at, 0, ...bytes.slice(random(bytes.length)).slice(0, 1 + random(20)));
      }
      const damaged = Uint8Array.from(bytes);
      const result = survive(damaged);
      counts[result] += 1;
      if (result === 'valid' && !WebAssembly.validate(damaged)) {
        throw new Error(`round ${round}: an invalid upload became a valid module`);
      }
    }
    expect(counts.valid).toBeGreaterThan(100);
    expect(counts.refused).toBeGreaterThan(1000);
  });

  it('of random bytes is refused', () => {
    const random = randomNumbers(7);
    for (let round = 0; round < 2000; round += 1) {
      const noise = Array.from({ length: random(200) }, () => random(256));
      expect(survive(binary(noise))).not.toBe('invalid');
      expect(survive(Uint8Array.from(noise))).toBe('refused');
    }
  });
});

describe('malformed modules', () => {
  const HUGE = [0xff, 0xff, 0xff, 0xff, 0x0f];
  it.each([
    ['nothing', new Uint8Array(0), 'header'],
    ['text', new TextEncoder().encode('(module (func))'), 'wat2wasm'],
    ['another version', Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0), 'version 2'],
    ['an unknown section', binary(section(14, 0)), 'unknown section 14'],
    ['sections out of order', binary(START.functions, START.types), 'out of order'],
    ['a section twice', binary(START.types, START.types), 'duplicated'],
    ['a section past the end', binary([1, 50, 1]), 'claims 50 bytes, 1 are left'],
    ['a number that is too long', binary([1, 0x80, 0x80, 0x80, 0x80, 0x80, 0]), '32 bits'],
    ['a number that is too large', binary([1, 0xff, 0xff, 0xff, 0xff, 0x1f]), '32 bits'],
    ['more types than there are bytes', binary(section(1, ...HUGE)), '4294967295 types'],
    ['many types, few bytes', binary(section(1, 0xc0, 0x84, 0x3d)), 'unexpected end'],
    ['bytes behind the last item', binary(section(1, 1, 0x60, 0, 0, 9)), 'bytes left'],
    ['a type that does not exist', binary(section(1, 0), section(3, 1, 0)), 'type 0 does not exist'],
    ['a name that is not UTF-8', binary(section(0, 1, 0xff)), 'UTF-8'],
    ['functions without code', binary(START.types, START.functions), '1 functions are declared, 0 have code'],
    ['code without functions', binary(START.code()), '0 functions are declared, 1 have code'],
    ['an announced data segment', binary(section(12, 1)), '1 data segments are announced, 0 exist'],
    ['data without memory', binary(section(11, 1, 0, 0x41, 0, 0x0b, 0)), 'memory 0, which does not exist'],
    ['a maximum below the minimum', binary(section(5, 1, 1, 3, 2)), 'above its maximum'],
    ['too many pages', binary(section(5, 1, 0, 0x81, 0x80, 4)), '65536 pages'],
    [
      'a start function with results',
      assemble('(module (func (result i32) i32.const 0) (start 0))', false),
      'start function',
    ],
    ['an endless constant', binary(section(6, 1, 0x7f, 0, 0x41, 0)), 'unexpected end'],
    ['a constant of two values', binary(section(6, 1, 0x7f, 0, 0x41, 0, 0x41, 0, 0x0b)), 'one value'],
    ['a constant that lacks a value', binary(section(6, 1, 0x7f, 0, 0x6a, 0x0b)), 'lacks an operand'],
    ['a constant that is none', binary(section(6, 1, 0x7f, 0, 0x20, 0, 0x0b)), 'not constant'],
  ])('%s', (_, upload, message) => {
    const { code, message: said } = refusal(upload);
    expect([code, said]).toEqual(['MODULE_INVALID', expect.stringContaining(message)]);
  });

  it.each([
    ['an instruction that is cut', [0x41]],
    ['a float that is cut', [0x44, 0]],
    ['a branch table without end', [0x0e, ...HUGE]],
    ['a select of too many types', [0x1c, ...HUGE]],
    ['catch clauses without end', [0x1f, 0x40, 0xc0, 0x84, 0x3d]],
    ['a block of an unknown type', [0x02, 9]],
    ['a block of no type', [0x02, 0x50]],
  ])('code with %s', (_, instructions) => {
    const upload = binary(START.types, START.functions, START.exports, START.code(...instructions));
    expect(refusal(upload).code).toMatch(/^MODULE_(INVALID|UNSUPPORTED)$/);
  });
});

describe('uploads that would cost more than their size', () => {
  const repeat = (count: number, ...unit: number[]): number[] => Array.from({ length: count }, () => unit).flat();
  const long = (id: number, content: number[]): number[] => [id, ...leb(content.length), ...content];

  it.each([
    ['custom sections', binary(repeat(20_000, 0, 1, 0)), '10000 sections'],
    ['types', binary(long(1, [1, 0x60, ...leb(3_000_000), ...repeat(3_000_000, 0x7f), 0])), 'bytes of types'],
    ['imports', binary(START.types, long(2, [...leb(200_000), ...repeat(200_000, 0, 0, 0, 0)])), '200000 imports'],
    ['globals', binary(long(6, [...leb(200_000), ...repeat(200_000, 0x7f, 1, 0x41, 0, 0x0b)])), '200000 globals'],
    ['constants', binary(long(6, [1, 0x7f, 0, ...repeat(2000, 0x41, 0), 0x0b])), 'too deep'],
    ['long names', binary(long(0, [...leb(200_000), ...repeat(200_000, 0x61)])), 'a name has 200000 bytes'],
  ])('of %s are refused', (_, upload, message) => {
    const { message: said } = refusal(upload);
    expect(said).toContain(message);
    expect(said.length).toBeLessThan(1000);
  });

  it.each([
    ['if', 1_500, '(if (local.get 0) (then))'],
    ['loop', 400, '(loop (br_if 0 (local.get 0)))'],
    ['br_if', 10_000, '(block (br_if 0 (local.get 0)))'],
    ['br_table', 400, `(block (br_table ${'0 '.repeat(32)} (local.get 0)))`],
  ])('of locals at every %s are refused, few of them are not', (_, count, code) => {
    const withLocals = (locals: number): Uint8Array =>
      assemble(`(module (func (export "_start") (local ${'i32 '.repeat(locals)}) ${code.repeat(count)}))`);
    expect(refusal(withLocals(50_000))).toMatchObject({ code: 'MODULE_UNSUPPORTED' });
    expect(() => deriveArtifact(withLocals(500), catalogueOf())).not.toThrow();
  });

  const pushed = (count: number, instruction: string): string => `${instruction} `.repeat(count);
  it.each([
    ['constants at every if', pushed(50_000, 'i32.const 0'), '(if (local.get 0) (then))', 1_000],
    ['locals at every if with else', pushed(50_000, 'local.get 0'), '(if (local.get 0) (then) (else))', 1_000],
    ['vectors at every loop', pushed(5_000, 'v128.const i64x2 0 0'), '(loop (br_if 0 (local.get 0)))', 3_000],
    ['results of calls at every block', pushed(50, 'call $many'), '(block (br_if 0 (local.get 0)))', 3_000],
    ['parameters of blocks at every block', pushed(1_000, 'i32.const 0'), '(block (type $pass) unreachable)', 100_000],
    [
      'constants at every branch of a table',
      pushed(50_000, 'i32.const 0'),
      `(br_table ${'0 '.repeat(32)} (local.get 0))`,
      500,
    ],
    ['constants at every call', pushed(50_000, 'i32.const 0'), '(call $none)', 20_000],
    ['parameters at every if', '', '(if (local.get 0) (then))', 100_000],
    ['dead results of calls', 'unreachable', '(call $many)', 10_000],
  ])('of operands are refused: %s', (_, before, code, count) => {
    const many = 'i32 '.repeat(1_000);
    const withCode = (times: number): Uint8Array =>
      assemble(
        `(module (type $many (func (result ${many}))) (type $pass (func (param ${many}) (result ${many})))
          (func $none) (func $many (type $many) unreachable) (func (export "_start"))
          (func (param ${many}) ${before} ${code.repeat(times)} unreachable))`,
        false,
      );
    expect(refusal(withCode(count))).toMatchObject({ code: 'MODULE_UNSUPPORTED' });
    const few = deriveArtifact(withCode(5), catalogueOf()).wasm;
    expect(WebAssembly.validate(few)).toBe(true);
  });

  it('of operations are refused', () => {
    const count = 350_000;
    const body = [0, ...repeat(count, 0x3f, 0, 0x1a), 0x0b];
    const bodies = Array.from({ length: 3 }, () => [...leb(body.length), ...body]).flat();
    const functions = section(3, 3, 0, 0, 0);
    const upload = binary(START.types, functions, section(5, 1, 0, 1), START.exports, long(10, [3, ...bodies]));
    expect(refusal(upload).message).toContain('1000000 bulk operations');
  });

  it('make no long list of types', () => {
    const type = [0x60, ...leb(1000), ...repeat(1000, 0x7e), 0];
    const upload = binary(long(1, [1, ...type]), section(2, 1, ...name('a'), ...name('b'), 0, 0));
    expect(refusal(upload).message).toContain('i64, 980 more) -> () is not offered');
  });
});
