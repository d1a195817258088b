import { expect, it } from '@jest/globals';
import { type ShellStep, STATE_SHELL, shellScript } from '../support/guests/state-shell.ts';
import { begun, ending, request, sleep, startRuntime, stopRuntime } from '../support/runtime.ts';
import { wat } from '../support/wat.ts';

const LOCKS: readonly ShellStep[] = [['lockGlobal'], ['lockWrite']];

it('locks of a thread that is lost are given to others at once', async () => {
  const runtime = await startRuntime({ layer: 'portable', threads: 1, limits: { timeoutMs: 250_000 } });
  try {
    const sleepers = ['a', 'b', 'c', 'd'];
    for (const user of ['looping', ...sleepers]) {
      await runtime.upload({ user, function: 'shell' }, await wat(STATE_SHELL));
    }
    const start = (user: string, steps: readonly ShellStep[]) =>
      runtime.start(request('shell', [], { user, input: shellScript(steps) }));
    const startLocked = async (user: string, ...more: readonly ShellStep[]) => {
      const call = await start(user, [...LOCKS, ['putPointer'], ...more]);
      await begun(call);
      return call;
    };
    /** Which sleepers were on the thread that a loop was ended with. */
    const attempt = async (): Promise<string[]> => {
      // Short first, so that it shares a thread with sleepers.
      for (let quick = 0; quick < 20; quick += 1) await (await start('looping', [['size']])).result;
      const sleeping = await Promise.all(sleepers.map((user) => startLocked(user, ['sleep', 1_000_000])));
      const looping = await startLocked('looping', ['sleep', 1], ['pointer', 4], ['spin', 0, 1]);
      // What it has said comes when it sleeps; ended before it spins, it does not take its thread along.
      await sleep(100);
      runtime.cancel(looping.id);
      expect(ending(await looping.result)).toBe('CANCELLED');
      expect(ending(await (await start('looping', LOCKS)).result)).toBe('success');
      for (const { id } of sleeping) runtime.cancel(id);
      const ends = await Promise.all(sleeping.map(async ({ result }) => ending(await result)));
      return sleepers.filter((_, index) => ends[index] === 'THREAD_LOST');
    };
    let lost = await attempt();
    // Where the short ones took long by the clock, it was alone on its thread.
    for (let more = 0; more < 10 && lost.length === 0; more += 1) lost = await attempt();
    expect(lost).not.toEqual([]);
    for (const user of lost) expect(ending(await (await start(user, LOCKS)).result)).toBe('success');
  } finally {
    await stopRuntime(runtime);
  }
});
