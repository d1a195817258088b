import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { expect, it } from '@jest/globals';
import { STEPS_BACK } from '../../src/executor/priority.ts';
import { hostImports, INPUT, SLEEP } from '../support/guests/host-imports.ts';
import { ending, invoke, sleep, startRuntime, stopRuntime } from '../support/runtime.ts';
import { until } from '../support/until.ts';
import { wat } from '../support/wat.ts';

/** Input: 0 to return, 1 to run for ever, else ms to sleep. */
const GUEST = `(module
  ${hostImports('read_input', 'poll_oneoff')}
  (memory 1)
  ${INPUT} ${SLEEP}
  (func (export "main") (result i32)
    (if (i32.eq (call $input (i32.const 0)) (i32.const 1)) (then (loop $ever (br $ever))))
    (if (i32.gt_u (call $input (i32.const 0)) (i32.const 1)) (then (call $sleep (call $input (i32.const 0)))))
    (i32.const 0)))`;

it('the time in which a thread is held by a call of others is not the time of those that wait there', async () => {
  const runtime = await startRuntime({ threads: 1 });
  try {
    for (const user of ['quiet', 'loud']) {
      await runtime.upload({ user, function: 'f' }, await wat(GUEST));
      // Short, so that they share the thread.
      for (let call = 0; call < 3; call += 1) await invoke(runtime, 'f', [0], { user });
    }
    const sleeper = invoke(runtime, 'f', [300], { user: 'quiet', timeoutMs: 800 });
    await sleep(50);
    const loop = await invoke(runtime, 'f', [1], { user: 'loud', timeoutMs: 1500 });
    const slept = await sleeper;
    expect([ending(loop), ending(slept)]).toEqual(['TIMEOUT', 'success']);
    expect(loop.placement.thread).toBe(slept.placement.thread);
    expect(slept.times.runMs).toBeLessThan(800);
  } finally {
    await stopRuntime(runtime);
  }
});

/** Threads for functions that stand back so far. */
function threadsAt(steps: number): number {
  const threads = readdirSync('/proc/self/task').filter((thread) =>
    readFileSync(`/proc/self/task/${thread}/comm`, 'latin1').startsWith('faaslets-'),
  );
  return threads.filter((thread) => getPriority(Number(thread)) === getPriority(0) + steps).length;
}

it('a thread that has a long turn while others have calls is replaced, and stands back behind the others', async () => {
  const runtime = await startRuntime({ threads: 2 });
  try {
    await runtime.upload({ user: 'loud', function: 'f' }, await wat(GUEST));
    for (let call = 0; call < 3; call += 1) await invoke(runtime, 'f', [0], { user: 'loud' });
    expect([threadsAt(STEPS_BACK.base), threadsAt(STEPS_BACK.extra)]).toEqual([2, 0]);
    const sleeper = invoke(runtime, 'f', [1000], { user: 'loud' });
    const loop = invoke(runtime, 'f', [1], { user: 'loud', timeoutMs: 1500 });
    await until(() => threadsAt(STEPS_BACK.base) === 2 && threadsAt(STEPS_BACK.extra) === 1);
    expect([ending(await loop), ending(await sleeper)]).toEqual(['TIMEOUT', 'success']);
  } finally {
    await stopRuntime(runtime);
  }
});
