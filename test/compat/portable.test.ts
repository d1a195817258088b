import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ERROR_TABLE } from '../../src/index.ts';
import { hostImports, INPUT, PRINT, SLEEP } from '../support/guests/host-imports.ts';
import {
  begun,
  ending,
  invoke,
  outputWords,
  request,
  sleep,
  startRuntime,
  stopRuntime,
  type TestRuntime,
  words,
} from '../support/runtime.ts';
import { wat } from '../support/wat.ts';

/** Input: operation, argument. */
const GUEST = `(module
  ${hostImports('read_input', 'fd_write', 'poll_oneoff', 'state_ptr', 'push_state')}
  (memory 2)
  (data (i32.const 600) "key\\00")
  ${INPUT} ${PRINT} ${SLEEP}
  (func (export "main") (result i32)
    (local $op i32) (local $argument i32)
    (local.set $op (call $input (i32.const 0)))
    (local.set $argument (call $input (i32.const 1)))
    (if (i32.eq (local.get $op) (i32.const 0)) (then (drop (call $print (i32.const 1) (i32.const 528) (i32.const 8)))))
    (if (i32.eq (local.get $op) (i32.const 1)) (then (call $sleep (local.get $argument))))
    (if (i32.eq (local.get $op) (i32.const 7)) (then
      (drop (call $print (i32.const 1) (i32.const 0) (i32.const 1)))
      (call $sleep (local.get $argument))))
    (if (i32.eq (local.get $op) (i32.const 2)) (then
      (i32.store (call $state_ptr (i32.const 600) (i32.const 8)) (local.get $argument))
      (call $push_state (i32.const 600))))
    (if (i32.eq (local.get $op) (i32.const 3)) (then
      (drop (call $print (i32.const 1) (call $state_ptr (i32.const 600) (i32.const 0)) (i32.const 8)))))
    (if (i32.eq (local.get $op) (i32.const 4)) (then (loop $ever (br $ever))))
    (if (i32.eq (local.get $op) (i32.const 5)) (then
      (loop $ever (drop (call $print (i32.const 1) (i32.const 0) (i32.const 0))) (br $ever))))
    (if (i32.eq (local.get $op) (i32.const 6)) (then
      (if (i32.load (i32.const 70000)) (then (return (i32.const 1))))
      (memory.fill (i32.const 1024) (i32.const 85) (i32.const 100000))
      (if (i32.ne (memory.grow (i32.const 1)) (i32.const 2)) (then (return (i32.const 2))))
      (i32.store (i32.const 140000) (i32.const 85))))
    (i32.const 0)))`;

describe('portable layer', () => {
  let runtime: TestRuntime;

  beforeAll(async () => {
    runtime = await startRuntime({ layer: 'portable', audit: true, limits: { memoryBytes: 4 * 1024 * 1024 } });
    await runtime.upload({ user: 'demo', function: 'f' }, await wat(GUEST));
    await runtime.upload({ user: 'demo', function: 'runaway' }, await wat(GUEST));
  });

  afterAll(() => stopRuntime(runtime));

  it('says that it is the one', async () => {
    const result = await invoke(runtime, 'f', [0, 7]);
    expect([result.layer, runtime.info().layer]).toEqual(['portable', 'portable']);
    expect(result.times.cpuMs).toBeUndefined();
  });

  it('echoes, and sleeps without holding its thread', async () => {
    expect(await outputWords(await invoke(runtime, 'f', [0, 7]))).toEqual([0, 7]);
    const began = performance.now();
    const results = await Promise.all(Array.from({ length: 20 }, () => invoke(runtime, 'f', [1, 1000])));
    expect(results.map(ending)).toEqual(Array(20).fill('success'));
    expect(performance.now() - began).toBeLessThan(20 * 1000);
  });

  it('copies state at the pointer, and back at the push', async () => {
    expect(ending(await invoke(runtime, 'f', [2, 42]))).toBe('success');
    expect(await runtime.state.get('demo', 'key')).toEqual(words([42, 0]));
    expect(await outputWords(await invoke(runtime, 'f', [3]))).toEqual([42, 0]);
    await runtime.state.set('demo', 'key', words([1, 2]));
    expect(await outputWords(await invoke(runtime, 'f', [3]))).toEqual([1, 2]);
  });

  it('resets Faaslets', async () => {
    for (let index = 0; index < 20; index += 1) {
      const result = await invoke(runtime, 'f', [6]);
      expect([ending(result), result.returnValue]).toEqual(['success', 0]);
    }
    expect(runtime.audit().differences).toEqual([]);
    expect(runtime.audit().checked).toBeGreaterThan(20);
  });

  it('ends a runaway that makes host calls, alone', async () => {
    const result = await invoke(runtime, 'runaway', [5], { timeoutMs: 30 });
    expect(ending(result)).toBe('TIMEOUT');
  });

  it('cancels a running call: at its next host call, or with its thread', async () => {
    for (const operation of [5, 4]) {
      const call = await runtime.start(request('runaway', [operation], { timeoutMs: 60_000 }));
      while (runtime.status(call.id).state === 'queued') await sleep(2);
      await sleep(50);
      expect(runtime.cancel(call.id)).toBe(true);
      expect(ending(await call.result)).toBe('CANCELLED');
      expect(ending(await invoke(runtime, 'runaway', [0]))).toBe('success');
    }
  });

  it('does not compare what it drops instead of resetting it', async () => {
    const large = GUEST.replace('(memory 2)', '(memory 1024)');
    await runtime.upload({ user: 'demo', function: 'large' }, await wat(large), { limits: { memoryBytes: 2 ** 27 } });
    const before = runtime.audit().checked;
    for (let index = 0; index < 3; index += 1) {
      expect((await invoke(runtime, 'large', [2, 7])).returnValue).toBe(0);
    }
    expect(runtime.audit()).toEqual({ checked: before, differences: [] });
  });

  it('ends a tight runaway with its thread; neighbours may be tried again, and later calls work', async () => {
    const attempt = async (): Promise<Set<string>> => {
      // Short first, so that it shares a thread with sleepers.
      for (let quick = 0; quick < 20; quick += 1) await invoke(runtime, 'runaway', [0]);
      const sleepers = await Promise.all(Array.from({ length: 40 }, () => runtime.start(request('f', [7, 1_000_000]))));
      await Promise.all(sleepers.map(begun));
      expect(ending(await invoke(runtime, 'runaway', [4], { timeoutMs: 50 }))).toBe('TIMEOUT');
      // What became of those beside it is told by now.
      expect(ending(await invoke(runtime, 'f', [0]))).toBe('success');
      for (const { id } of sleepers) runtime.cancel(id);
      return new Set((await Promise.all(sleepers.map(({ result }) => result))).map(ending));
    };
    let ends = await attempt();
    // Where the short ones took long by the clock, it was alone on its thread.
    for (let more = 0; more < 10 && !ends.has('THREAD_LOST'); more += 1) ends = await attempt();
    expect(ends).toEqual(new Set(['CANCELLED', 'THREAD_LOST']));
    expect(ERROR_TABLE.THREAD_LOST.retryable).toBe(true);
    for (let index = 0; index < 10; index += 1) {
      expect(ending(await invoke(runtime, 'f', [1, 1]))).toBe('success');
      expect(ending(await invoke(runtime, 'runaway', [0]))).toBe('success');
    }
    expect(runtime.info().threads).toBeGreaterThanOrEqual(2);
  });
});
