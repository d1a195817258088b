import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hostImports, PRINT } from '../support/guests/host-imports.ts';
import {
  ending,
  inParallel,
  invoke,
  outputWords,
  startRuntime,
  stopRuntime,
  type TestRuntime,
  words,
} from '../support/runtime.ts';
import { wat } from '../support/wat.ts';

/** Its zygote maps a region and notes its address, its value and the size of the input that it saw. */
const guest = (pages: number): string => `(module
  ${hostImports('read_input', 'fd_write', 'state_ptr')}
  (memory ${pages})
  (global $pointer (mut i32) (i32.const 0))
  (data (i32.const 600) "zygote-key\\00")
  ${PRINT}
  (func (export "_faasm_zygote") (result i32)
    (global.set $pointer (call $state_ptr (i32.const 600) (i32.const 4)))
    (i32.store (i32.const 1024) (i32.load (global.get $pointer)))
    (i32.store (i32.const 1028) (call $read_input (i32.const 0) (i32.const 0)))
    (i32.store (i32.const 1032) (i32.add (i32.load (i32.const 1032)) (i32.const 1)))
    (i32.const 0))
  (func (export "main") (result i32)
    ;; the region now, as the zygote saw it, its input size, how often it ran, whether asking again gives its address
    (i32.store (i32.const 0) (i32.load (global.get $pointer)))
    (i64.store (i32.const 4) (i64.load (i32.const 1024)))
    (i32.store (i32.const 12) (i32.load (i32.const 1032)))
    (i32.store (i32.const 16) (i32.eq (call $state_ptr (i32.const 600) (i32.const 4)) (global.get $pointer)))
    (drop (call $print (i32.const 1) (i32.const 0) (i32.const 20)))
    (i32.const 0)))`;

describe('zygote', () => {
  let runtime: TestRuntime;

  beforeAll(async () => {
    runtime = await startRuntime({ audit: true });
  });

  afterAll(() => stopRuntime(runtime));

  it.each([
    { image: 'copied', pages: 2, user: 'small' },
    { image: 'copy-on-write', pages: 20, user: 'large' },
  ])('maps its regions again and freezes none, sees no input ($image image)', async ({ pages, user }) => {
    await runtime.upload({ user, function: 'zygote' }, await wat(guest(pages)), {
      limits: { memoryBytes: 4 * 1024 * 1024 },
    });
    await runtime.state.set(user, 'zygote-key', words([41]));
    const first = await invoke(runtime, 'zygote', [1, 2, 3], { user });
    expect([ending(first), first.start, await outputWords(first)]).toEqual(['success', 'cold', [41, 41, 0, 1, 1]]);
    for (let value = 100; value < 110; value += 1) {
      await runtime.state.set(user, 'zygote-key', words([value]));
      await inParallel(20, 10, async () => {
        const result = await invoke(runtime, 'zygote', [9], { user });
        const [now, frozen, input, ran, same] = await outputWords(result);
        expect([ending(result), now, input, ran, same]).toEqual(['success', value, 0, 1, 1]);
        // Another thread may have made its own proto-function meanwhile: its zygote saw an older value, never an input.
        expect(frozen === 41 || (frozen !== undefined && frozen >= 100 && frozen <= value)).toBe(true);
      });
    }
    expect(runtime.audit().differences).toEqual([]);
  });

  it.each([
    ['returns an error', '(i32.const 3)', 'INIT_FAILED', {}],
    ['traps', 'unreachable', 'INIT_FAILED', {}],
    ['runs for ever', '(loop $ever (br $ever)) (i32.const 0)', 'TIMEOUT', { timeoutMs: 20 }],
  ])('a zygote that %s fails each call and costs nothing else', async (what, body, code, more) => {
    const name = what.replaceAll(' ', '-');
    const text = `(module (memory 1)
      (func (export "_faasm_zygote") (result i32) (memory.fill (i32.const 0) (i32.const 85) (i32.const 65536)) ${body})
      (func (export "main") (result i32) (i32.const 0)))`;
    await runtime.upload({ user: 'demo', function: name }, await wat(text));
    for (let index = 0; index < 4; index += 1) {
      expect(ending(await invoke(runtime, name, [], more))).toBe(code);
    }
    expect(runtime.audit().differences).toEqual([]);
  });
});
