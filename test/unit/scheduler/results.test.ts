import { describe, expect, it } from '@jest/globals';
import type { Call, CallResult } from '../../../src/core/call.ts';
import { DEFAULT_LIMITS } from '../../../src/core/limits.ts';
import { endedStream } from '../../../src/core/output-stream.ts';
import { ResultStore } from '../../../src/scheduler/results.ts';

const KIB = 1024;
const notFound = expect.objectContaining({ code: 'CALL_NOT_FOUND' });

function call(id: number, more: Partial<Call> = {}): Call {
  return {
    id,
    principal: { user: '*', kind: 'admin' },
    user: 'demo',
    function: 'echo',
    input: new Uint8Array(3),
    ...more,
  };
}

function result(id: number, logBytes = 0): CallResult {
  return {
    id,
    status: 'success',
    version: '20261121T064237123Z-1a2b3c4d',
    traceparent: '',
    attempt: 1,
    attributes: {},
    output: endedStream(),
    log: new Uint8Array(logBytes),
    times: { submittedAt: 0, queuedMs: 0, initMs: 0, runMs: 0 },
    placement: { host: 'h', thread: 1 },
    layer: 'portable',
    start: 'warm',
    peakMemoryBytes: 0,
    peakFileBytes: 0,
    peakOpenFiles: 0,
    limits: DEFAULT_LIMITS,
  };
}

const DETACHED = { detached: true };

function setUp({ ttlMs = 1000, maxBytes = 100 * KIB } = {}) {
  const store = new ResultStore({ ttlMs, maxBytes });
  const keep = (id: number, more: Partial<Call> = DETACHED, { bytes = 0, now = 0, logBytes = 0 } = {}) =>
    store.keep(call(id, more), result(id, logBytes), bytes, now);
  const has = (id: number, now = 0): boolean => {
    try {
      return store.get(id, now).call.id === id;
    } catch (error) {
      expect(error).toEqual(notFound);
      return false;
    }
  };
  return { store, keep, has };
}

describe.each([
  ['asynchronous calls', DETACHED],
  ['calls somebody waited for', {}],
])('results of %s', (_, kind) => {
  it('can be read any number of times until their time is over', () => {
    const { store, keep, has } = setUp();
    keep(1, kind, { now: 5 });
    for (let time = 0; time < 3; time += 1) {
      expect(store.get(1, 1004)).toMatchObject({ state: 'done', call: { id: 1 }, result: { id: 1 } });
    }
    expect(has(1, 1005)).toBe(false);
    expect(has(2)).toBe(false);
  });

  it('are read without the input', () => {
    const { store, keep } = setUp();
    keep(1, kind);
    expect(store.get(1, 0).call.input).toEqual(new Uint8Array(0));
  });

  it('do not keep a large input alive', async () => {
    const { store, keep } = setUp();
    let collected = 0;
    const registry = new FinalizationRegistry(() => {
      collected += 1;
    });
    const count = 8;
    for (let id = 1; id <= count; id += 1) {
      const input = new Uint8Array(1024 * KIB);
      registry.register(input, id);
      keep(id, { ...kind, input });
    }
    const { setFlagsFromString } = await import('node:v8');
    const { runInNewContext } = await import('node:vm');
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    for (let time = 0; time < 20 && collected < count - 1; time += 1) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    // The last one may still be in a register.
    expect(collected).toBeGreaterThanOrEqual(count - 1);
    expect(store.get(1, 0).state).toBe('done');
  });
});

describe('kept results', () => {
  it('give way to newer ones, the oldest first, when their bytes become too many', () => {
    const { keep, has } = setUp();
    keep(1, DETACHED, { bytes: 40 * KIB });
    keep(2, DETACHED, { bytes: 20 * KIB, logBytes: 20 * KIB });
    keep(3, DETACHED, { bytes: 20 * KIB });
    expect([has(1), has(2), has(3)]).toEqual([true, true, true]);
    keep(4, DETACHED, { bytes: KIB });
    expect([has(1), has(2), has(3), has(4)]).toEqual([false, true, true, true]);
  });

  it('of the user who has the most give way first', () => {
    const { keep, has } = setUp();
    keep(1, { ...DETACHED, user: 'quiet' }, { bytes: 10 * KIB });
    for (let id = 2; id <= 9; id += 1) keep(id, { ...DETACHED, user: 'loud' }, { bytes: 20 * KIB });
    expect([1, 2, 5, 6, 9].map((id) => has(id))).toEqual([true, false, false, true, true]);
    keep(10, { ...DETACHED, user: 'quiet' }, { bytes: 10 * KIB });
    expect([1, 6, 10].map((id) => has(id))).toEqual([true, true, true]);
    for (let id = 11; id <= 100_020; id += 1) keep(id, { ...DETACHED, user: 'loud' });
    expect([1, 10].map((id) => has(id))).toEqual([true, true]);
  });

  it('give their room back when their time is over', () => {
    const { keep, has } = setUp();
    keep(1, DETACHED, { bytes: 60 * KIB });
    keep(2, DETACHED, { bytes: 60 * KIB, now: 1000 });
    keep(3, DETACHED, { bytes: 40 * KIB, now: 1001 });
    expect([has(2, 1001), has(3, 1001)]).toEqual([true, true]);
  });

  it('of asynchronous calls outlast any number of others', () => {
    const { keep, has } = setUp();
    keep(1, DETACHED);
    for (let id = 2; id < 5000; id += 1) keep(id, {}, { bytes: KIB });
    expect([has(1), has(2), has(4999)]).toEqual([true, false, true]);
  });

  it('of calls that somebody waited for lose a large output, and nothing else', async () => {
    const { store, keep } = setUp();
    keep(1, {}, { bytes: 64 * KIB + 1, logBytes: 5 });
    keep(2, {}, { bytes: 64 * KIB, logBytes: 5 });
    keep(3, { idempotencyKey: 'k' }, { bytes: 65 * KIB });
    expect(store.get(1, 0)).toMatchObject({ outputKept: false, outputBytes: 64 * KIB + 1 });
    expect(store.get(2, 0)).toMatchObject({ outputKept: true, outputBytes: 64 * KIB });
    expect(store.get(3, 0)).toMatchObject({ outputKept: true });
    expect(store.get(1, 0).result.log).toHaveLength(5);
    expect(await store.get(1, 0).result.output.bytes()).toHaveLength(0);
  });

  it('of calls that somebody waited for are bounded in bytes, also where each has a large log', () => {
    const { keep, has } = setUp();
    const logBytes = 1024 * KIB;
    for (let id = 1; id <= 2000; id += 1) keep(id, {}, { logBytes });
    expect([has(2000 - 64), has(2000 - 63), has(2000)]).toEqual([false, true, true]);
    keep(2001, {}, { logBytes: 100 * 1024 * KIB });
    expect([has(2000), has(2001)]).toEqual([false, false]);
    keep(2002, {});
    expect(has(2002)).toBe(true);
  });

  it('are listed until they expire', () => {
    const { store, keep } = setUp();
    keep(1, {}, { now: 0 });
    keep(2, DETACHED, { now: 5 });
    expect(
      store
        .all(999)
        .map(({ call: { id } }) => id)
        .toSorted(),
    ).toEqual([1, 2]);
    expect(store.all(1004).map(({ call: { id } }) => id)).toEqual([2]);
  });

  it('are bounded in number, however small', () => {
    const { keep, has } = setUp();
    for (let id = 1; id <= 100_010; id += 1) keep(id);
    expect([has(10), has(11), has(100_010)]).toEqual([false, true, true]);
  });

  it('are none when nothing is to be kept', () => {
    const { keep, has } = setUp({ ttlMs: 0 });
    keep(1);
    keep(2, {});
    expect([has(1), has(2)]).toEqual([false, false]);
  });
});
