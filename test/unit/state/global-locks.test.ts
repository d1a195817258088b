import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { FaasmError } from '../../../src/core/errors.ts';
import type { GlobalState } from '../../../src/core/global-state.ts';
import { GlobalLocks } from '../../../src/state/global-locks.ts';
import { memoryGlobalState } from '../../../src/stores/memory-global-state.ts';
import { sleep } from '../../support/runtime.ts';

const LEASE_MS = 10_000;

afterEach(() => {
  jest.useRealTimers();
});

/** Several hosts over one tier, which can be made to be away. */
function setUp() {
  // By the clock of the test, which these locks have, too.
  const store = memoryGlobalState({ now: () => performance.now() });
  const tier = { away: false, locks: 0 };
  const checkThere = (): void => {
    if (tier.away) throw new FaasmError('STATE_UNAVAILABLE', 'The tier is away.');
  };
  const global = Object.assign(Object.create(store) as GlobalState, {
    async lock(...args: Parameters<GlobalState['lock']>) {
      checkThere();
      tier.locks += 1;
      return store.lock(...args);
    },
    async renew(...args: Parameters<GlobalState['renew']>) {
      checkThere();
      return store.renew(...args);
    },
    async unlock(...args: Parameters<GlobalState['unlock']>) {
      checkThere();
      return store.unlock(...args);
    },
  });
  const host = (name: string) => new GlobalLocks({ global, host: name, leaseMs: LEASE_MS });
  return { store, tier, host };
}

function lost(locks: GlobalLocks, owner: string): boolean {
  try {
    locks.check(owner);
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: 'LOCK_LOST' });
    return true;
  }
}

describe('locks between hosts', () => {
  it('are held by one call at a time, on whatever host', async () => {
    const { host } = setUp();
    const hosts = [host('one'), host('other')] as const;
    let held = 0;
    let most = 0;
    const worker = async (owner: number): Promise<void> => {
      const locks = hosts[owner % 2] as GlobalLocks;
      for (let round = 0; round < 5; round += 1) {
        await locks.lock('u', 'k', String(owner));
        held += 1;
        most = Math.max(most, held);
        await new Promise<void>((resolve) => setImmediate(resolve));
        held -= 1;
        await locks.unlock('u', 'k', String(owner));
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, owner) => worker(owner)));
    expect([most, held]).toEqual([1, 0]);
  });

  it('are asked for by one call of a host at a time', async () => {
    const { tier, host } = setUp();
    const locks = host('one');
    await locks.lock('u', 'k', 'a');
    const others = ['b', 'c', 'd'].map((owner) => locks.lock('u', 'k', owner));
    await sleep(20);
    expect(tier.locks).toBe(1);
    for (const [index, owner] of ['a', 'b', 'c'].entries()) {
      await locks.unlock('u', 'k', owner);
      await others[index];
    }
    expect(tier.locks).toBe(4);
  });

  it('are renewed for as long as the call has them', async () => {
    jest.useFakeTimers();
    const { store, host } = setUp();
    const locks = host('one');
    await locks.lock('u', 'k', 'a');
    for (let seconds = 0; seconds < 60; seconds += 1) {
      await jest.advanceTimersByTimeAsync(1_000);
      expect(await store.lock('u', 'k', 'thief', 1000)).toBeUndefined();
    }
    expect(lost(locks, 'a')).toBe(false);
    await locks.unlock('u', 'k', 'a');
    expect(await store.lock('u', 'k', 'next', 1000)).toBeDefined();
  });

  it('are lost when the tier stays away for longer than the lease, and the call is told', async () => {
    jest.useFakeTimers();
    const { tier, host } = setUp();
    const [locks, other] = [host('one'), host('other')];
    await locks.lock('u', 'k', 'a');
    tier.away = true;
    await jest.advanceTimersByTimeAsync(LEASE_MS - 1);
    expect(lost(locks, 'a')).toBe(false);
    await jest.advanceTimersByTimeAsync(2);
    expect(lost(locks, 'a')).toBe(true);
    tier.away = false;
    const granted = other.lock('u', 'k', 'b');
    await jest.advanceTimersByTimeAsync(1_000);
    await granted;
    await expect(locks.unlock('u', 'k', 'a')).rejects.toMatchObject({ code: 'LOCK_LOST' });
    // Until it ends: another call of the same name has lost nothing.
    expect(lost(locks, 'a')).toBe(true);
    locks.releaseAll('a');
    expect(lost(locks, 'a')).toBe(false);
    expect(lost(other, 'b')).toBe(false);
  });

  it('are not lost when the tier is away for less than the lease', async () => {
    jest.useFakeTimers();
    const { tier, host } = setUp();
    const locks = host('one');
    await locks.lock('u', 'k', 'a');
    tier.away = true;
    await jest.advanceTimersByTimeAsync(0.6 * LEASE_MS);
    tier.away = false;
    await jest.advanceTimersByTimeAsync(2 * LEASE_MS);
    expect(lost(locks, 'a')).toBe(false);
    await locks.unlock('u', 'k', 'a');
  });

  it('are passed on when asking for one has failed', async () => {
    const { tier, host } = setUp();
    const locks = host('one');
    tier.away = true;
    await expect(locks.lock('u', 'k', 'a')).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
    tier.away = false;
    await locks.lock('u', 'k', 'b');
  });

  it('are not granted to a call that has ended while it waited', async () => {
    const { host } = setUp();
    const [locks, other] = [host('one'), host('other')];
    await other.lock('u', 'k', 'b');
    let granted = false;
    void locks.lock('u', 'k', 'a').then(() => {
      granted = true;
    });
    void locks.lock('u', 'k', 'queued').then(() => {
      granted = true;
    });
    await sleep(5);
    locks.releaseAll('queued');
    locks.releaseAll('a');
    await other.unlock('u', 'k', 'b');
    await locks.lock('u', 'k', 'next');
    expect(granted).toBe(false);
  });

  it('are all given back when the host stops', async () => {
    const { host } = setUp();
    const [locks, other] = [host('one'), host('other')];
    await locks.lock('u', 'k', 'a');
    await locks.lock('u', 'l', 'b');
    await locks.close();
    await other.lock('u', 'k', 'c');
    await other.lock('u', 'l', 'c');
  });
});
