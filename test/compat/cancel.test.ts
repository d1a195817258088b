import { expect, it } from '@jest/globals';
import { ending, inParallel, randomNumbers, request, sleep, startRuntime, stopRuntime } from '../support/runtime.ts';
import { wat } from '../support/wat.ts';

it('no cancellation is lost, whether the call is queued, posted, about to run or running', async () => {
  const runtime = await startRuntime();
  try {
    const text = '(module (memory 1) (func (export "main") (loop $ever (br $ever))))';
    await runtime.upload({ user: 'demo', function: 'loop' }, await wat(text));
    const random = randomNumbers(3);
    const endings = new Map<string, number>();
    await inParallel(3000, 16, async () => {
      const call = await runtime.start(request('loop'));
      if (random(2) === 1) await sleep(random(4));
      expect(runtime.cancel(call.id)).toBe(true);
      const end = ending(await call.result);
      endings.set(end, (endings.get(end) ?? 0) + 1);
    });
    expect([...endings]).toEqual([['CANCELLED', 3000]]);
  } finally {
    await stopRuntime(runtime);
  }
});
