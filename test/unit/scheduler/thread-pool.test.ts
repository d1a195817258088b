import { describe, expect, it } from '@jest/globals';
import { Budget } from '../../../src/core/budget.ts';
import { RUNTIME_TREE } from '../../../src/host/wasi/template.ts';
import { ThreadPool, type ThreadPoolEvents } from '../../../src/scheduler/thread-pool.ts';
import { USER_LIMITS } from '../../support/scheduled-calls.ts';
import { until } from '../../support/until.ts';

/** A pool of two threads, and what it tells of them. */
function scene(counters?: SharedArrayBuffer) {
  const budget = Budget.of(USER_LIMITS);
  const pool = new ThreadPool(
    { layer: 'portable', budget: counters ?? budget.buffer, root: RUNTIME_TREE, audit: false },
    { budget, baseThreads: 2, threadsMax: 4 },
  );
  const told: string[] = [];
  const events: ThreadPoolEvents = {
    ready: () => told.push('ready'),
    message: ({ handle }, { kind }) => told.push(`${handle.id}: ${kind}`),
    gone: () => told.push('gone'),
    lost: () => told.push('lost'),
    runaway: () => told.push('runaway'),
  };
  return { pool, told, events };
}

describe('a pool of threads', () => {
  it('has none before it is started, then those that are kept, and none after it was closed', async () => {
    const { pool, told, events } = scene();
    pool.spawn();
    expect([pool.threads.size, pool.starting]).toEqual([0, 0]);
    await pool.start(events);
    expect([pool.threads.size, pool.starting, told]).toEqual([2, 0, ['ready', 'ready']]);
    expect([...pool.threads.values()].every(({ base }) => base)).toBe(true);
    await pool.close();
    expect([pool.threads.size, told]).toEqual([0, ['ready', 'ready', 'gone', 'gone']]);
    pool.spawn();
    expect(pool.starting).toBe(0);
  });

  it('says why its threads cannot start', async () => {
    const { pool, events } = scene(new SharedArrayBuffer(4));
    await expect(pool.start(events)).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('RangeError'),
    });
    // The other one fails, too.
    await until(() => pool.starting === 0);
    await pool.close();
  });
});
