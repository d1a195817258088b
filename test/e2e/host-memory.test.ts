import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hostImports, INPUT } from '../support/guests/host-imports.ts';
import { invoke, outputWords, startRuntime, stopRuntime, type TestRuntime } from '../support/runtime.ts';
import { wat } from '../support/wat.ts';

const PAGE = 65_536;

/**
 * Built as Faasm's own toolchain does it: no memory.grow in the module, all memory comes from the host. Input: bytes of
 * break, bytes to map. Output: the break before, the map, a word in each that must be 0.
 */
const GUEST = `(module
  ${hostImports('read_input', 'write_output')}
  (import "env" "__sbrk" (func $sbrk (param i32) (result i32)))
  (import "env" "mmap" (func $mmap (param i32 i32 i32 i32 i32 i64) (result i32)))
  (memory 2)
  ${INPUT}
  (func $dirty (param $place i32) (param $at i32)
    (if (i32.eq (local.get $at) (i32.const -1)) (then return))
    (i32.store (local.get $place) (i32.load (local.get $at)))
    (i32.store (local.get $at) (i32.const 7)))
  (func (export "main") (result i32)
    (i32.store (i32.const 1024) (call $sbrk (call $input (i32.const 0))))
    (i32.store (i32.const 1028)
      (call $mmap (i32.const 0) (call $input (i32.const 1)) (i32.const 3) (i32.const 0x22) (i32.const -1) (i64.const 0)))
    (call $dirty (i32.const 1032) (i32.load (i32.const 1024)))
    (call $dirty (i32.const 1036) (i32.load (i32.const 1028)))
    (call $write_output (i32.const 1024) (i32.const 16))
    (i32.const 0)))`;

describe.each(['native', 'portable'] as const)('memory that only the host grows, %s layer', (layer) => {
  let runtime: TestRuntime;

  beforeAll(async () => {
    runtime = await startRuntime({ layer, threads: 1, audit: true, limits: { memoryBytes: 20 * PAGE } });
    await runtime.upload({ user: 'demo', function: 'f' }, await wat(GUEST));
  });
  afterAll(async () => {
    const { differences } = runtime.audit();
    await stopRuntime(runtime);
    expect(differences).toEqual([]);
  });

  it('is there, zeroed, and gone with the call', async () => {
    for (const [grow, map] of [
      [PAGE, 100],
      [8 * PAGE, 3 * PAGE + 1],
      [PAGE, 100],
    ] as const) {
      const words = await outputWords(await invoke(runtime, 'f', [grow, map]));
      expect(words).toEqual([2 * PAGE, 2 * PAGE + grow, 0, 0]);
    }
  });

  it('ends at the limit of the function, and at the next call all of it is there', async () => {
    const refused = 2 ** 32 - 1;
    expect(await outputWords(await invoke(runtime, 'f', [16 * PAGE, 3 * PAGE]))).toEqual([2 * PAGE, refused, 0, 0]);
    expect(await outputWords(await invoke(runtime, 'f', [19 * PAGE, 18 * PAGE]))).toEqual([refused, 2 * PAGE, 0, 0]);
  });
});
