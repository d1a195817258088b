import { afterEach, expect, it } from '@jest/globals';
import { type Progress, ProgressWatch } from '../../../adapters/standalone/progress-watch.ts';
import { until } from '../../support/until.ts';

const PERIOD_MS = 80;
let watch: ProgressWatch | undefined;

function watched(minBytes: number): Progress & { slow: boolean } {
  const progress = {
    size: 0,
    slow: false,
    slot: -1,
    lookedAt: 0,
    lookedSize: 0,
    tooSlow() {
      this.slow = true;
    },
  };
  watch = new ProgressWatch(PERIOD_MS, minBytes);
  watch.add(progress);
  return progress;
}

afterEach(() => watch?.close());

it('what does not get on is told so', async () => {
  const progress = watched(1);
  await until(() => progress.slow);
});

it('the time in which the host itself is held up is not the client’s', async () => {
  const progress = watched(1);
  await until(() => progress.lookedAt !== 0);
  const began = performance.now();
  while (performance.now() - began < 3 * PERIOD_MS);
  // Timers come before what has arrived meanwhile.
  await new Promise((done) => setTimeout(done, 1));
  expect(progress.slow).toBe(false);
});
