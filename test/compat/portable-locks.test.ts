import { expect, it } from '@jest/globals';
import { type ShellStep, STATE_SHELL, shellScript } from '../support/guests/state-shell.ts';
import { ending, request, sleep, startRuntime, stopRuntime } from '../support/runtime.ts';
import { wat } from '../support/wat.ts';

const LOCKS: readonly ShellStep[] = [['lockGlobal'], ['lockWrite']];

it('locks of a thread that is lost are given to others at once', async () => {
  const runtime = await startRuntime({ layer: 'portable', threads: 1, limits: { timeoutMs: 20_000 } });
  try {
    const sleepers = ['a', 'b', 'c', 'd'];
    for (const user of ['looping', ...sleepers]) {
      await runtime.upload({ user, function: 'shell' }, await wat(STATE_SHELL));
    }
    const start = (user: string, steps: readonly ShellStep[], timeoutMs = 20_000) =>
      runtime.start(request('shell', [], { user, input: shellScript(steps), timeoutMs }));
    // Short first, so that it shares a thread with sleepers.
    for (let quick = 0; quick < 20; quick += 1) await (await start('looping', [['size']])).result;
    const sleeping = await Promise.all(sleepers.map((user) => start(user, [...LOCKS, ['sleep', 15_000]])));
    await sleep(300);
    const looping = await start('looping', [...LOCKS, ['pointer', 4], ['spin', 0, 1]], 300);
    expect(ending(await looping.result)).toBe('TIMEOUT');
    // At least one of them was on that thread.
    const lost = await Promise.race(sleeping.map(async ({ result }, index) => ({ result: await result, index })));
    expect(ending(lost.result)).toBe('THREAD_LOST');
    for (const user of ['looping', sleepers[lost.index] ?? '']) {
      expect(ending(await (await start(user, LOCKS)).result)).toBe('success');
    }
  } finally {
    await stopRuntime(runtime);
  }
}, 30_000);
