import { describe, expect, it } from '@jest/globals';
import { type ResumeWork, Suspension } from '../../../src/executor/suspension.ts';

const TRAP = new Error('the trap');

function setUp() {
  const ready: ResumeWork[] = [];
  const suspension = new Suspension((work) => ready.push(work));
  return { ready, suspension };
}

/** Waits with what `start` gave; `abandoned` counts. */
function waiting() {
  const parts = setUp();
  let resume: (work: () => string) => void = () => undefined;
  const state = { abandoned: 0 };
  const promise = parts.suspension.begin<string>(
    (go) => {
      resume = go;
    },
    () => {
      state.abandoned += 1;
    },
  );
  // Rejections are looked at where they matter.
  promise.catch(() => undefined);
  return { ...parts, state, promise, resume: (work: () => string) => resume(work) };
}

const settled = (promise: Promise<unknown>): Promise<unknown> =>
  Promise.race([promise, new Promise((resolve) => setImmediate(resolve, 'still waiting'))]);

describe('a guest that waits', () => {
  it('does not go on before its turn, though what it waited for has come', async () => {
    const { suspension, ready, promise, resume } = waiting();
    expect([suspension.pending, ready.length]).toEqual([true, 0]);
    resume(() => 'value');
    expect([suspension.pending, ready.length]).toEqual([true, 1]);
    expect(await settled(promise)).toBe('still waiting');
    suspension.resume(ready[0]?.());
    expect(suspension.pending).toBe(false);
    expect(await promise).toBe('value');
  });

  it('is unwound by being rejected, and what it waited for is given up', async () => {
    const { suspension, promise, state } = waiting();
    suspension.reject(TRAP);
    await expect(promise).rejects.toBe(TRAP);
    expect([suspension.pending, state.abandoned]).toEqual([false, 1]);
  });

  it('gives nothing up when its work has been done', async () => {
    const { suspension, promise, state } = waiting();
    suspension.reject(TRAP, true);
    await expect(promise).rejects.toBe(TRAP);
    expect(state.abandoned).toBe(0);
  });

  it('is not woken by what comes after it has been unwound', () => {
    const { suspension, ready, resume } = waiting();
    suspension.reject(TRAP);
    resume(() => 'late');
    expect(ready).toEqual([]);
  });

  it('is not woken by what an earlier wait was for', () => {
    const { suspension, ready, resume } = waiting();
    suspension.reject(TRAP);
    suspension.begin(() => undefined).catch(() => undefined);
    resume(() => 'late');
    expect([ready.length, suspension.pending]).toEqual([0, true]);
  });

  it('goes on waiting, for the same promise, when the work begins another wait', async () => {
    const { suspension, ready, promise, resume, state } = waiting();
    let again: (work: () => string) => void = () => undefined;
    let givenUp = 0;
    const next = (): Promise<string> =>
      suspension.begin<string>(
        (go) => {
          again = go;
        },
        () => {
          givenUp += 1;
        },
      );
    resume(next as unknown as () => string);
    const value = ready[0]?.();
    expect([suspension.continues(value), suspension.pending]).toEqual([true, true]);
    expect(await settled(promise)).toBe('still waiting');
    again(() => 'second');
    const second = ready[1]?.();
    expect(suspension.continues(second)).toBe(false);
    suspension.resume(second);
    expect(await promise).toBe('second');
    expect([state.abandoned, givenUp]).toEqual([0, 0]);
  });

  it('gives up what it waited for when it never came to be suspended', () => {
    const { suspension, state, ready, resume } = waiting();
    suspension.drop();
    suspension.drop();
    resume(() => 'late');
    expect([suspension.pending, state.abandoned, ready.length]).toEqual([false, 1, 0]);
  });
});

describe('a guest that sleeps', () => {
  it.each([0, 1, 5.5, 20])('sleeps %d ms, never less', async (ms) => {
    const began = performance.now();
    const woken = new Promise<ResumeWork>((resolve) => {
      new Suspension(resolve).sleep(ms, 7);
    });
    expect((await woken)()).toBe(7);
    expect(performance.now() - began).toBeGreaterThanOrEqual(ms);
  });

  it('is not woken once it has been unwound', async () => {
    const { suspension, ready } = setUp();
    const promise = suspension.sleep(2, 0);
    suspension.reject(TRAP);
    await expect(promise).rejects.toBe(TRAP);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(ready).toEqual([]);
  });

  it('may sleep for longer than a timer of Node can run', async () => {
    const { suspension, ready } = setUp();
    const promise = suspension.sleep(2 ** 31 + 1000, 0);
    promise.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect([ready.length, suspension.pending]).toEqual([0, true]);
    suspension.reject(TRAP);
  });
});
