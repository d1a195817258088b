import { describe, expect, it } from '@jest/globals';
import type { CallRequest } from '../../../src/core/ports.ts';
import { IdempotencyKeys } from '../../../src/scheduler/idempotency.ts';

const INPUT = new TextEncoder().encode('input');
const request = (more: Partial<CallRequest> = {}): CallRequest => ({
  principal: { user: '*', kind: 'admin' },
  user: 'demo',
  function: 'echo',
  input: INPUT,
  idempotencyKey: 'k1',
  ...more,
});

describe('idempotency keys', () => {
  it('answer the call that had the key, for as long as results are kept', () => {
    const keys = new IdempotencyKeys(1000);
    expect(keys.find(request(), INPUT, 0)).toBeUndefined();
    keys.claim(request(), INPUT, 7, 0);
    expect(keys.find(request(), INPUT, 999)).toBe(7);
    expect(keys.find(request(), INPUT, 1000)).toBeUndefined();
  });

  it.each([
    ['another user', { user: 'other' }],
    ['another function', { function: 'hello' }],
    ['another version', { version: '1a2b3c4d' }],
    ['another key', { idempotencyKey: 'k2' }],
  ])('are those of one function: %s has its own', (_, more) => {
    const keys = new IdempotencyKeys(1000);
    keys.claim(request(), INPUT, 7, 0);
    expect(keys.find(request(more), INPUT, 1)).toBeUndefined();
  });

  it('do not stand for another input', () => {
    const keys = new IdempotencyKeys(1000);
    keys.claim(request(), INPUT, 7, 0);
    const find = (): unknown => keys.find(request(), new Uint8Array(5), 1);
    expect(find).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  it.each(['', 'x'.repeat(256)])('of improper length are refused', (idempotencyKey) => {
    const find = (): unknown => new IdempotencyKeys(1000).find(request({ idempotencyKey }), INPUT, 0);
    expect(find).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  it('are not needed', () => {
    const keys = new IdempotencyKeys(1000);
    const { idempotencyKey, ...without } = request();
    keys.claim(without, INPUT, 7, 0);
    expect(keys.find(without, INPUT, 1)).toBeUndefined();
  });
});
