import { describe, expect, it } from '@jest/globals';
import { CallTable } from '../../../src/scheduler/call-table.ts';
import { Tenants } from '../../../src/scheduler/tenants.ts';
import { acceptedCall, scheduledFunction, USER_LIMITS } from '../../support/scheduled-calls.ts';

describe('the table of calls', () => {
  it('finds calls by their ids, and none that has ended', () => {
    const tenants = new Tenants(USER_LIMITS);
    const calls = new CallTable(tenants);
    const fn = scheduledFunction(tenants.of('demo'));
    const [first, second, third] = [acceptedCall(fn), acceptedCall(fn), acceptedCall(fn)];
    calls.add(first);
    calls.add(second);
    const { id } = first.call;
    expect(calls.find(id)).toBe(first);
    expect(calls.find(second.call.id)).toBe(second);
    expect(calls.remove(first)).toBe(true);
    expect(calls.find(id)).toBeUndefined();
    // Even though another call has its slot.
    calls.add(third);
    expect([calls.find(id), calls.find(third.call.id)]).toEqual([undefined, third]);
    expect([...calls]).toEqual(expect.arrayContaining([second, third]));
    expect([...calls]).toHaveLength(2);
  });

  it('counts calls for their functions and users, each once', () => {
    const tenants = new Tenants(USER_LIMITS);
    const calls = new CallTable(tenants);
    const [fn, other] = [scheduledFunction(tenants.of('demo')), scheduledFunction(tenants.of('demo'))];
    const [first, second] = [acceptedCall(fn), acceptedCall(other)];
    for (const pending of [first, second]) calls.add(pending);
    expect([calls.size, fn.active, other.active, fn.tenant.active]).toEqual([2, 1, 1, 2]);
    expect([calls.remove(first), calls.remove(first)]).toEqual([true, false]);
    expect([calls.size, fn.active, other.active, fn.tenant.active]).toEqual([1, 0, 1, 1]);
  });

  it('tells when it is empty, or that it was not in time', async () => {
    const tenants = new Tenants(USER_LIMITS);
    const calls = new CallTable(tenants);
    expect(await calls.drained(0)).toBe(true);
    const pending = acceptedCall(scheduledFunction(tenants.of('demo')));
    calls.add(pending);
    expect(await calls.drained(1)).toBe(false);
    const drained = calls.drained(60_000);
    calls.remove(pending);
    expect(await drained).toBe(true);
  });
});

describe('a call that is accepted', () => {
  it('has the limits of its function, which the request can lower', () => {
    const fn = scheduledFunction(new Tenants(USER_LIMITS).of('demo'), { limits: { timeoutMs: 100, cpuMs: 50 } });
    expect(acceptedCall(fn)).toMatchObject({ timeoutMs: 100, cpuMs: 50, attempt: 1, thread: undefined });
    expect(acceptedCall(fn, { timeoutMs: 10, cpuMs: 500 })).toMatchObject({ timeoutMs: 10, cpuMs: 50 });
  });
});
