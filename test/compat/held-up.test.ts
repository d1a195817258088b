import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { expect, it } from '@jest/globals';
import { STEPS_BACK } from '../../src/executor/priority.ts';
import type { CallResult } from '../../src/index.ts';
import { hostImports, INPUT, PRINT, SLEEP } from '../support/guests/host-imports.ts';
import { begun, ending, invoke, request, startRuntime, stopRuntime } from '../support/runtime.ts';
import { until } from '../support/until.ts';
import { wat } from '../support/wat.ts';

/** Input: 0 to return, 1 to run for ever, else ms to sleep. Says that it has begun before either of the latter. */
const GUEST = `(module
  ${hostImports('read_input', 'fd_write', 'poll_oneoff')}
  (memory 1)
  ${INPUT} ${PRINT} ${SLEEP}
  (func (export "main") (result i32)
    (if (i32.eqz (call $input (i32.const 0))) (then (return (i32.const 0))))
    (drop (call $print (i32.const 1) (i32.const 0) (i32.const 1)))
    (if (i32.eq (call $input (i32.const 0)) (i32.const 1)) (then (loop $ever (br $ever))))
    (call $sleep (call $input (i32.const 0)))
    (i32.const 0)))`;

/** The sleeper could not get on for so long at least, if it was on the loop's thread at all. */
const SLEEP_MS = 300;
const LOOP_MS = 1500;

it('the time in which a thread is held by a call of others is not the time of those that wait there', async () => {
  const runtime = await startRuntime({ threads: 1 });
  try {
    for (const user of ['quiet', 'loud']) {
      await runtime.upload({ user, function: 'f' }, await wat(GUEST));
      // Short, so that they share the thread.
      for (let call = 0; call < 3; call += 1) await invoke(runtime, 'f', [0], { user });
    }
    /** How the sleeper ends whose time is over in the middle of the loop, unless that does not count. */
    const attempt = async (): Promise<CallResult> => {
      const sleeper = await runtime.start(request('f', [SLEEP_MS], { user: 'quiet', timeoutMs: LOOP_MS / 2 }));
      await begun(sleeper);
      const loop = await invoke(runtime, 'f', [1], { user: 'loud', timeoutMs: LOOP_MS });
      const slept = await sleeper.result;
      expect(ending(loop)).toBe('TIMEOUT');
      expect(loop.placement.thread).toBe(slept.placement.thread);
      return slept;
    };
    // A busy machine may keep both threads from what they have to do for as long: several attempts.
    let slept = await attempt();
    for (let more = 0; more < 10 && ending(slept) !== 'success'; more += 1) slept = await attempt();
    expect(ending(slept)).toBe('success');
    expect(slept.times.runMs).toBeLessThan(LOOP_MS / 2);
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
    await until(() => threadsAt(STEPS_BACK.base) === 2 && threadsAt(STEPS_BACK.extra) === 0);
    const calls = await Promise.all([60_000, 1].map((input) => runtime.start(request('f', [input], { user: 'loud' }))));
    await until(() => threadsAt(STEPS_BACK.base) === 2 && threadsAt(STEPS_BACK.extra) === 1);
    for (const { id } of calls) runtime.cancel(id);
    for (const { result } of calls) expect(ending(await result)).toBe('CANCELLED');
  } finally {
    await stopRuntime(runtime);
  }
});
