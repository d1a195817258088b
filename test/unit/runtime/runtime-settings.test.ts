import { availableParallelism } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_CEILINGS, DEFAULT_LIMITS, DEFAULT_USER_LIMITS } from '../../../src/core/limits.ts';
import { hostSettings } from '../../../src/runtime-settings.ts';

describe('what a host runs with', () => {
  it('has a default for all that nothing was said about', () => {
    const settings = hostSettings({});
    expect(settings).toMatchObject({
      layer: 'auto',
      audit: false,
      limits: DEFAULT_LIMITS,
      ceilings: DEFAULT_CEILINGS,
      users: DEFAULT_USER_LIMITS,
      memoryBytes: 0,
    });
    expect(settings.threads.base).toBe(availableParallelism());
    expect(Object.values(settings)).not.toContain(undefined);
  });

  it('is what was said, also in part', () => {
    const settings = hostSettings({
      layer: 'portable',
      limits: { timeoutMs: 5 },
      ceilings: { cpuMs: 6 },
      users: { functions: 7 },
      budgets: { memoryBytes: 8, userStateBytes: 11 },
      environment: { A: 'b' },
      store: { kind: 'memory', versionsKept: 9, loadedFunctions: 10, fileCacheBytes: 0, refreshMs: 12 },
      queueLimit: 0,
      resultTtlMs: 0,
    });
    expect(settings).toMatchObject({
      layer: 'portable',
      limits: { ...DEFAULT_LIMITS, timeoutMs: 5 },
      ceilings: { ...DEFAULT_CEILINGS, cpuMs: 6 },
      users: { ...DEFAULT_USER_LIMITS, functions: 7 },
      memoryBytes: 8,
      userStateBytes: 11,
      refreshMs: 12,
      versionsKept: 9,
      loadedFunctions: 10,
      fileCacheBytes: 0,
      queueLimit: 0,
      resultTtlMs: 0,
    });
    expect(settings.environment).toEqual({ A: 'b' });
  });

  it.each([
    [1, { base: 1, max: 8, inAll: 9 }],
    [2, { base: 2, max: 8, inAll: 10 }],
    [16, { base: 16, max: 64, inAll: 80 }],
  ])('has room for more threads than %d that are kept, and for those that are replaced', (threads, counts) => {
    expect(hostSettings({ threads }).threads).toEqual(counts);
  });
});
