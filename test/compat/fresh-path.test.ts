import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hostImports } from '../support/guests/host-imports.ts';
import { ending, inParallel, invoke, startRuntime, stopRuntime, type TestRuntime } from '../support/runtime.ts';
import { wat } from '../support/wat.ts';

/** Modules whose state a reset in place cannot bring back. Each `main` answers 0 when it finds everything fresh. */
const MODULES: Readonly<Record<string, string>> = {
  'table.set': `
    (table 2 funcref) (elem (i32.const 0) $zero) (elem declare func $one)
    (func $zero (result i32) (i32.const 0)) (func $one (result i32) (i32.const 1))
    (func (export "main") (result i32)
      (call_indirect (result i32) (i32.const 0))
      (table.set (i32.const 0) (ref.func $one)))`,
  'table.grow': `
    (table 1 funcref)
    (func (export "main") (result i32)
      (i32.sub (table.size) (i32.const 1))
      (drop (table.grow (ref.null func) (i32.const 3))))`,
  'table.fill': `
    (table 2 externref)
    (func (export "main") (result i32)
      (i32.eqz (ref.is_null (table.get (i32.const 0))))
      (table.fill (i32.const 0) (ref.null extern) (i32.const 2)))`,
  'data.drop': `
    (memory 1) (data $passive "abcd")
    (func (export "main") (result i32)
      (i32.load (i32.const 0))
      (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 4))
      (data.drop $passive))`,
  'elem.drop': `
    (table 2 funcref) (elem $passive func $zero) (func $zero)
    (func (export "main") (result i32)
      (table.init $passive (i32.const 0) (i32.const 0) (i32.const 1))
      (elem.drop $passive)
      (i32.const 0))`,
  'a mutable v128 global': `
    (global $g (mut v128) (v128.const i64x2 0 0))
    (func (export "main") (result i32)
      (v128.any_true (global.get $g))
      (global.set $g (v128.const i64x2 1 1)))`,
  'a mutable funcref global': `
    (global $g (mut funcref) (ref.null func)) (elem declare func $f) (func $f)
    (func (export "main") (result i32)
      (i32.eqz (ref.is_null (global.get $g)))
      (global.set $g (ref.func $f)))`,
};

describe('modules that the scan cannot prove', () => {
  let runtime: TestRuntime;

  beforeAll(async () => {
    runtime = await startRuntime({ audit: true });
  });

  afterAll(() => stopRuntime(runtime));

  it.each(Object.entries(MODULES))('%s: every call gets a fresh instance', async (what, text) => {
    const name = what.replaceAll(' ', '-');
    const receipt = await runtime.upload({ user: 'demo', function: name }, await wat(`(module ${text})`));
    expect(receipt.resettable).toBe(false);
    expect(receipt.reasons.join()).toContain(what.replace(/^a /, '').replace(/ \w+ global$/, ' global'));
    const found = new Set<string>();
    await inParallel(30, 6, async () => {
      const result = await invoke(runtime, name);
      found.add(`${result.start} ${ending(result)} ${result.returnValue}`);
    });
    expect([...found]).toEqual(['fresh success 0']);
  });

  it('wipes the memory and the files, too', async () => {
    const text = `(module ${hostImports('path_open')}
      (memory 2) (table 1 funcref) (data (i32.const 8) "tmp/x") (data (i32.const 70000) "image")
      (func (export "main") (result i32)
        (local $bad i32)
        (table.set (i32.const 0) (ref.null func))
        (local.set $bad (i32.load (i32.const 1024)))
        (local.set $bad (i32.or (local.get $bad) (i32.xor (memory.size) (i32.const 2))))
        (local.set $bad (i32.or (local.get $bad) (i32.ne (i32.load8_u (i32.const 70000)) (i32.const 105))))
        ;; exclusive creation of a file that a call before would have left
        (local.set $bad (i32.or (local.get $bad)
          (call $path_open (i32.const 3) (i32.const 0) (i32.const 8) (i32.const 5) (i32.const 5)
            (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 16))))
        (drop (memory.grow (i32.const 1)))
        (local.set $bad (i32.or (local.get $bad) (i32.load (i32.const 140000))))
        (memory.fill (i32.const 24) (i32.const 0x55) (i32.const 190000))
        (local.get $bad)))`;
    await runtime.upload({ user: 'demo', function: 'wipe' }, await wat(text));
    for (let index = 0; index < 20; index += 1) {
      const result = await invoke(runtime, 'wipe');
      expect([result.start, ending(result), result.returnValue]).toEqual(['fresh', 'success', 0]);
    }
  });
});
