import { expect, it } from '@jest/globals';
import { hostImports, INPUT, SLEEP } from '../support/guests/host-imports.ts';
import { ending, inParallel, invoke, randomNumbers, startRuntime, stopRuntime } from '../support/runtime.ts';
import { wat } from '../support/wat.ts';

const CALLS = 2000;

/** Spins for as many microseconds as its input says, then sleeps for a long time. */
const GUEST = `(module
  ${hostImports('read_input', 'poll_oneoff', 'clock_time_get')}
  (memory 1)
  ${INPUT} ${SLEEP}
  (func $now (result i64)
    (drop (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 1024)))
    (i64.load (i32.const 1024)))
  (func (export "main") (result i32)
    (local $until i64)
    (local.set $until (i64.add (call $now)
      (i64.mul (i64.extend_i32_u (call $input (i32.const 0))) (i64.const 1000))))
    (loop $spin (br_if $spin (i64.lt_u (call $now) (local.get $until))))
    (call $sleep (i32.const 60000))
    (i32.const 0)))`;

it('a call that is ended just as it is suspended for the first time ends alone', async () => {
  const runtime = await startRuntime();
  try {
    await runtime.upload({ user: 'demo', function: 'f' }, await wat(GUEST));
    const random = randomNumbers(7);
    const endings = new Map<string, number>();
    await inParallel(CALLS, 4, async () => {
      const end = ending(await invoke(runtime, 'f', [1700 + random(2600)], { timeoutMs: 2 }));
      endings.set(end, (endings.get(end) ?? 0) + 1);
    });
    expect([...endings]).toEqual([['TIMEOUT', CALLS]]);
  } finally {
    await stopRuntime(runtime);
  }
});
