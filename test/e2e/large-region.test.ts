import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { GlobalState } from '../../src/core/global-state.ts';
import { redisGlobalState } from '../../src/stores/redis-global-state.ts';
import { hostImports, SLEEP } from '../support/guests/host-imports.ts';
import { SHELL_KEYS, type ShellStep, STATE_SHELL, shellScript } from '../support/guests/state-shell.ts';
import { memoryUse } from '../support/process-facts.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import {
  ending,
  outputWords,
  request,
  sleep,
  startRuntime,
  stopRuntime,
  type TestRuntime,
} from '../support/runtime.ts';
import { wat } from '../support/wat.ts';

const GIB = 1024 ** 3;
const PAGES = GIB / 4096;
const FAASLETS = 4;

/**
 * Adds one to the first word of each page of the value. Says so at 4, waits until all have, counts the words, says at 8 that
 * there are as many as there should be, and keeps the value mapped until 12 is set.
 */
const GUEST = `(module
  ${hostImports('state_ptr', 'poll_oneoff')}
  (import "env" "__faasm_flag_state_offset_dirty" (func $declare (param i32 i32 i32 i32)))
  (memory 1)
  (data (i32.const 600) "${SHELL_KEYS.key}\\00")
  ${SLEEP}
  (func $await (param $address i32) (param $least i32)
    (loop $again
      (if (i32.lt_u (i32.atomic.load (local.get $address)) (local.get $least))
        (then (call $sleep (i32.const 20)) (br $again)))))
  (func (export "main") (result i32)
    (local $value i32) (local $at i32) (local $sum i32)
    (call $declare (i32.const 600) (i32.const 0) (i32.const 0) (i32.const 0))
    (local.set $value (call $state_ptr (i32.const 600) (i32.const ${GIB})))
    (loop $page
      (drop (i32.atomic.rmw.add (i32.add (local.get $value) (local.get $at)) (i32.const 1)))
      (local.set $at (i32.add (local.get $at) (i32.const 4096)))
      (br_if $page (i32.lt_u (local.get $at) (i32.const ${GIB}))))
    (drop (i32.atomic.rmw.add offset=4 (local.get $value) (i32.const 1)))
    (call $await (i32.add (local.get $value) (i32.const 4)) (i32.const ${FAASLETS}))
    (local.set $at (i32.const 0))
    (loop $page
      (local.set $sum (i32.add (local.get $sum) (i32.atomic.load (i32.add (local.get $value) (local.get $at)))))
      (local.set $at (i32.add (local.get $at) (i32.const 4096)))
      (br_if $page (i32.lt_u (local.get $at) (i32.const ${GIB}))))
    (if (i32.ne (local.get $sum) (i32.const ${PAGES * FAASLETS})) (then (return (i32.const 1))))
    (drop (i32.atomic.rmw.add offset=8 (local.get $value) (i32.const 1)))
    (call $await (i32.add (local.get $value) (i32.const 12)) (i32.const 1))
    (i32.const 0)))`;

let redis: RedisServer;
let globalState: GlobalState;
let runtime: TestRuntime;

beforeAll(async () => {
  redis = await startRedis();
  globalState = redisGlobalState({ url: redis.url });
  runtime = await startRuntime({ threads: FAASLETS, limits: { timeoutMs: 250_000, cpuMs: 250_000 }, globalState });
  await runtime.upload({ user: 'demo', function: 'large' }, await wat(GUEST));
  await runtime.upload({ user: 'demo', function: 'shell' }, await wat(STATE_SHELL));
});
afterAll(async () => {
  await stopRuntime(runtime);
  await globalState.close();
  await redis.remove();
});

const shell = (...steps: ShellStep[]) => runtime.invoke(request('shell', [], { input: shellScript(steps) }));

it('1 GiB is shared by several Faaslets on several threads without a copy, with Redis behind it', async () => {
  const before = memoryUse();
  const results = Array.from({ length: FAASLETS }, () => runtime.invoke(request('large')));
  const early = Promise.race(results).then((result) => {
    throw new Error(`${ending(result)} ${result.returnValue} ${result.error?.message}`);
  });
  early.catch(() => undefined);
  const ready = async (): Promise<boolean> => (await outputWords(await shell(['read', GIB, 8])))[0] === FAASLETS;
  while (!(await Promise.race([ready(), early]))) await sleep(100);

  const { rss, pss } = memoryUse();
  // Resident in each of them, and there once; what else the process needs and gives back is far less. The host keeps no
  // copy of what functions declare.
  expect(rss - before.rss).toBeGreaterThan((FAASLETS - 0.5) * GIB);
  expect(pss - before.pss).toBeLessThan(1.5 * GIB);
  expect(runtime.info().stateTwinBytes).toBe(0);

  // More than Redis takes under one key: said at once, and nothing is sent.
  const pushed = await shell(['declare', 0, 0, 0], ['pointer', 0], ['declare', GIB, 0, 4], ['push']);
  expect([ending(pushed), pushed.error?.message]).toEqual(['STATE_LIMIT', expect.stringContaining('split the value')]);
  expect(ending(await shell(['declare', 0, 0, 0], ['pointer', 0], ['store', 12, 1]))).toBe('success');
  const ended = await Promise.all(results);
  expect(ended.map((result) => [ending(result), result.returnValue])).toEqual(ended.map(() => ['success', 0]));
  expect(new Set(ended.map(({ placement }) => placement.thread)).size).toBeGreaterThan(1);
});
