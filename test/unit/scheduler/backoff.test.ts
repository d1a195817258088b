import { describe, expect, it } from '@jest/globals';
import { Backoff } from '../../../src/scheduler/backoff.ts';
import type { PendingCall } from '../../../src/scheduler/pending-call.ts';
import { Tenants } from '../../../src/scheduler/tenants.ts';
import { acceptedCall, scheduledFunction, USER_LIMITS } from '../../support/scheduled-calls.ts';
import { until } from '../../support/until.ts';

const LONG_MS = 60_000;

describe('calls that wait to be tried again', () => {
  it('are for any thread once they have waited', async () => {
    const due: PendingCall[] = [];
    const backoff = new Backoff((call) => due.push(call));
    const pending = acceptedCall(scheduledFunction(new Tenants(USER_LIMITS).of('demo')));
    pending.thread = 7;
    backoff.begin(pending, 1, true);
    expect([pending.thread, backoff.count]).toEqual([undefined, 1]);
    await until(() => due.length > 0);
    expect(due).toEqual([pending]);
    expect([backoff.count, pending.backoff]).toEqual([0, undefined]);
    expect(pending.fn.tenant).toMatchObject({ waiting: 0, roomless: 0 });
  });

  it('count among those of their users that wait, and for memory where they do', () => {
    const backoff = new Backoff(() => undefined);
    const fn = scheduledFunction(new Tenants(USER_LIMITS).of('demo'));
    const [again, roomless] = [acceptedCall(fn), acceptedCall(fn)];
    backoff.begin(again, LONG_MS, false);
    backoff.begin(roomless, LONG_MS, true);
    expect(backoff.count).toBe(2);
    expect(fn.tenant).toMatchObject({ waiting: 2, roomless: 1 });
    for (const pending of [again, again, roomless]) backoff.end(pending);
    expect(backoff.count).toBe(0);
    expect(fn.tenant).toMatchObject({ waiting: 0, roomless: 0 });
  });

  it('are not tried again when they need not wait any longer', async () => {
    const due: PendingCall[] = [];
    const backoff = new Backoff((call) => due.push(call));
    const fn = scheduledFunction(new Tenants(USER_LIMITS).of('demo'));
    const [ended, other] = [acceptedCall(fn), acceptedCall(fn)];
    backoff.begin(ended, 1, false);
    backoff.begin(other, 2, false);
    backoff.end(ended);
    await until(() => due.length > 0);
    expect(due).toEqual([other]);
  });
});
