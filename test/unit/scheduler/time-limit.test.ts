import { expect, it } from '@jest/globals';
import { within } from '../../../src/scheduler/time-limit.ts';

const NEVER = new Promise<string>(() => undefined);
const LONG_MS = 60_000;

it('work that ends in time has its own end', async () => {
  expect(await within(Promise.resolve('done'), LONG_MS)).toBe('done');
  await expect(within(Promise.reject(new Error('no')), LONG_MS)).rejects.toThrow('no');
});

it('nobody waits longer than was said', async () => {
  expect(await within(NEVER, 1)).toBeUndefined();
});

it('nobody waits any longer once nobody wants to', async () => {
  const controller = new AbortController();
  const waiting = within(NEVER, LONG_MS, controller.signal);
  controller.abort();
  expect(await waiting).toBeUndefined();
  expect(await within(NEVER, LONG_MS, controller.signal)).toBeUndefined();
});
