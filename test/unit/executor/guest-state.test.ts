import { describe, expect, it } from '@jest/globals';
import { guestState, type StateUser } from '../../../src/executor/guest-state.ts';
import type { FromThread } from '../../../src/executor/protocol.ts';
import { type ResumeWork, Suspension } from '../../../src/executor/suspension.ts';
import { ThreadState } from '../../../src/executor/thread-state.ts';
import { portableLayer } from '../../../src/layer/portable.ts';
import { hold, isHeld, markStale, newRegion, type Region } from '../../../src/state/region.ts';
import type { StateAnswer } from '../../../src/state/state-requests.ts';

const TRAP = new Error('the trap');
const layer = portableLayer();

function region(id: number, text = 'value'): Region {
  const bytes = new TextEncoder().encode(text);
  const storage = layer.allocate(bytes.length);
  layer.write(storage, 0, bytes);
  return newRegion(id, bytes.length, storage, true);
}

/** One call on a thread; answers of the local tier are given by `answer`, holding the region as the tier does. */
function setUp() {
  const asked: Extract<FromThread, { kind: 'state' }>[] = [];
  const ready: ResumeWork[] = [];
  const thread = new ThreadState((message) => {
    if (message.kind === 'state') asked.push(message);
  });
  const suspension = new Suspension((work) => ready.push(work));
  const memory = new Uint8Array(64);
  const call: StateUser = {
    id: 1,
    user: 'u',
    faaslet: {
      memory: { slice: (address: number, length: number) => memory.subarray(address, address + length) },
      regions: { find: () => undefined },
    } as unknown as StateUser['faaslet'],
    suspend: (start, abandon) => suspension.begin(start, abandon),
    poll: () => undefined,
  };
  const answer = (value: StateAnswer | Region): void => {
    const request = asked.shift();
    if (request === undefined) throw new Error('nothing was asked');
    if ('shared' in value) hold(value);
    thread.answered(request.request, 'shared' in value ? { value } : value);
  };
  const state = guestState(call, thread, layer);
  return { state, thread, suspension, asked, ready, memory, answer };
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('state of a call', () => {
  it('is asked for once, and known to the thread from then on', async () => {
    const { state, suspension, ready, asked, memory, answer } = setUp();
    const first = state.read('k', 0, 64) as Promise<number>;
    answer(region(1));
    suspension.resume(ready[0]?.());
    expect(await first).toBe(5);
    expect(text(memory.subarray(0, 5))).toBe('value');
    expect(state.read('k', 10, 3)).toBe(3);
    expect(text(memory.subarray(10, 14))).toBe('val\0');
    expect([state.size('k'), asked.length]).toEqual([5, 0]);
  });

  it('ends the call with what the local tier says', async () => {
    const { state, ready, answer } = setUp();
    void state.read('k', 0, 1);
    answer({ error: { code: 'STATE_LIMIT', message: 'too much' } });
    expect(() => ready[0]?.()).toThrow(expect.objectContaining({ code: 'STATE_LIMIT', message: 'too much' }));
  });
});

describe('the storage of a region', () => {
  it('is held by the thread that knows it, and let go when the key gets another', () => {
    const { state, thread, ready, answer } = setUp();
    const one = region(1);
    void state.read('k', 0, 1);
    answer(one);
    ready[0]?.();
    expect(isHeld(one)).toBe(true);
    markStale(one);
    thread.replaced('u', 'k');
    expect([isHeld(one), thread.known('u', 'k')]).toEqual([false, undefined]);
  });

  it('is held for the work of a call although the key got another one before its turn', () => {
    const { state, thread, ready, memory, answer } = setUp();
    const one = region(1);
    void state.read('k', 0, 5);
    answer(one);
    markStale(one);
    thread.replaced('u', 'k');
    expect(isHeld(one)).toBe(true);
    ready[0]?.();
    expect(text(memory.subarray(0, 5))).toBe('value');
    expect(isHeld(one)).toBe(false);
  });

  it('is held without a gap when the key has another one by the time of the answer', () => {
    const { state, ready, answer } = setUp();
    const one = region(1);
    markStale(one);
    let least = Number.POSITIVE_INFINITY;
    // Whoever reclaims storage, on the main thread, may look at any moment.
    const sub = Atomics.sub;
    Atomics.sub = ((array: Int32Array, index: number, value: number) => {
      const before = sub(array, index, value);
      if (array === one.shared && index === 0) least = Math.min(least, before - value);
      return before;
    }) as typeof Atomics.sub;
    try {
      void state.read('k', 0, 5);
      answer(one);
    } finally {
      Atomics.sub = sub;
    }
    expect(least).toBeGreaterThan(0);
    ready[0]?.();
    expect(isHeld(one)).toBe(false);
  });

  it.each<[string, (suspension: Suspension) => void]>([
    ['unwound', (suspension) => suspension.reject(TRAP)],
    ['dropped', (suspension) => suspension.drop()],
  ])('is not held for a call that was %s before the answer came', (_, end) => {
    const { state, thread, suspension, answer } = setUp();
    const one = region(1);
    (state.read('k', 0, 5) as Promise<number>).catch(() => undefined);
    end(suspension);
    answer(one);
    expect(thread.known('u', 'k')).toBe(one);
    markStale(one);
    thread.replaced('u', 'k');
    expect(isHeld(one)).toBe(false);
  });

  it('is not held for a call that was unwound after the answer came', () => {
    const { state, thread, suspension, answer } = setUp();
    const one = region(1);
    (state.read('k', 0, 5) as Promise<number>).catch(() => undefined);
    answer(one);
    suspension.reject(TRAP);
    thread.clear();
    expect(isHeld(one)).toBe(false);
  });

  it('is held once however often the thread has asked for it', () => {
    const { thread, answer } = setUp();
    const one = region(1);
    for (let time = 0; time < 3; time += 1) {
      thread.ask(1, 'u', 'k', { kind: 'acquire', wish: { kind: 'existing', offset: 0, length: 5 } }, () => undefined);
    }
    for (let time = 0; time < 3; time += 1) answer(one);
    thread.clear();
    expect(isHeld(one)).toBe(false);
  });
});
