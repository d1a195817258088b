import { describe, expect, it } from '@jest/globals';
import { deadlineOf } from '../../../adapters/aws-lambda/invocation.ts';
import { traceparentOf } from '../../../adapters/aws-lambda/trace.ts';

describe('the time of an event', () => {
  it.each([
    [900_000, 500],
    [3_000, 300],
    [100, 40],
  ])('of %i ms keeps %i ms for its answer', (timeMs, marginMs) => {
    const deadline = deadlineOf({ requestId: 'r', endsAt: 1_000_000 + timeMs }, 1_000_000);
    expect(deadline.callsEndAt).toBe(1_000_000 + timeMs - marginMs);
    expect(deadline.answerAt).toBeGreaterThan(deadline.callsEndAt);
    expect(deadline.answerAt).toBeLessThan(1_000_000 + timeMs);
  });
});

describe("X-Ray's trace header", () => {
  const ROOT = 'Root=1-6920a1b2-0123456789abcdef01234567';

  it.each([
    [`${ROOT};Parent=89abcdef01234567;Sampled=1`, '00-6920a1b20123456789abcdef01234567-89abcdef01234567-01'],
    [
      `Sampled=0;${ROOT};Parent=89ABCDEF01234567;Lineage=1:2`,
      '00-6920a1b20123456789abcdef01234567-89abcdef01234567-00',
    ],
    [ROOT, undefined],
    ['Self=1-6920a1b2-0123456789abcdef01234567;Parent=89abcdef01234567', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s is %s in W3C form', (header, expected) => {
    expect(traceparentOf(header)).toBe(expected);
  });
});
