import { describe, expect, it } from '@jest/globals';
import { Tenants } from '../../../src/scheduler/tenants.ts';

const LIMITS = { memoryPages: 10, memories: 5, mappings: 5 };
const MINUTES_10 = 600_000;

describe('users of a host', () => {
  it('are one each, with a budget of their own', () => {
    const tenants = new Tenants(LIMITS);
    const demo = tenants.of('demo');
    expect(tenants.of('demo')).toBe(demo);
    expect(demo.budget.reserve('memoryPages', 10)).toBe(true);
    expect(demo.budget.reserve('memoryPages', 1)).toBe(false);
    expect(tenants.of('other').budget.reserve('memoryPages', 10)).toBe(true);
  });

  it('take their places where the others are, neither ahead nor far behind', () => {
    const tenants = new Tenants(LIMITS);
    const [busy, late] = [tenants.of('busy'), tenants.of('late')];
    tenants.charge(busy, 100);
    tenants.turn(busy);
    tenants.arrives(late);
    expect(late.servedMs).toBe(100);
    tenants.charge(late, 60_000);
    expect(late.servedMs).toBeLessThan(1000);
    tenants.charge(busy, -50);
    tenants.arrives(busy);
    expect(busy.servedMs).toBe(100);
  });

  it('are forgotten when they are too many, unless they have calls', () => {
    const tenants = new Tenants(LIMITS);
    const active = tenants.of('active');
    const idle = tenants.of('idle');
    tenants.began(active);
    for (let count = 0; count < 10_000; count += 1) tenants.of(`user${count}`);
    expect(tenants.of('active')).toBe(active);
    expect(tenants.of('idle')).not.toBe(idle);
  });
});

describe('a user who held up others', () => {
  it('is kept apart for a time, each time for longer, but only from others', () => {
    const tenants = new Tenants(LIMITS);
    const [bad, good] = [tenants.of('bad'), tenants.of('good')];
    tenants.began(bad);
    tenants.distrust(bad, 0);
    expect(tenants.isDistrusted(bad, 1)).toBe(false);
    tenants.began(good);
    expect([tenants.isDistrusted(bad, 1), tenants.isDistrusted(good, 1)]).toEqual([true, false]);
    // What it did meanwhile was known already.
    tenants.distrust(bad, 1);
    expect(tenants.isDistrusted(bad, MINUTES_10 - 1)).toBe(true);
    expect(tenants.isDistrusted(bad, MINUTES_10)).toBe(false);
    tenants.distrust(bad, MINUTES_10);
    expect(tenants.isDistrusted(bad, 3 * MINUTES_10 - 1)).toBe(true);
    expect(tenants.isDistrusted(bad, 3 * MINUTES_10)).toBe(false);
    tenants.ended(good);
    expect(tenants.isDistrusted(bad, 2 * MINUTES_10)).toBe(false);
  });

  it('is also one whose call does so now', () => {
    const tenants = new Tenants(LIMITS);
    const bad = tenants.of('bad');
    tenants.began(bad);
    tenants.began(tenants.of('good'));
    bad.stuck = 1;
    expect(tenants.isDistrusted(bad, 0)).toBe(true);
    bad.stuck = 0;
    expect(tenants.isDistrusted(bad, 0)).toBe(false);
  });
});
