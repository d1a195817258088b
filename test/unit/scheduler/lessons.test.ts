import { describe, expect, it } from '@jest/globals';
import { learnFromFirstTurn, learnFromReport } from '../../../src/scheduler/lessons.ts';
import { Tenants } from '../../../src/scheduler/tenants.ts';
import { enter } from '../../../src/scheduler/thread-use.ts';
import { acceptedCall, callReport, idleThread, scheduledFunction, USER_LIMITS } from '../../support/scheduled-calls.ts';

const NOW = 1_000_000;

/** A call of a short function on a thread that it shares, or has for itself. */
function shortCall({ exclusive }: { readonly exclusive: boolean }) {
  const tenants = new Tenants(USER_LIMITS);
  const fn = scheduledFunction(tenants.of('demo'));
  fn.profile.observe(0.1, 'warm');
  const pending = acceptedCall(fn);
  const thread = idleThread(1);
  enter(thread, pending, exclusive);
  return { tenants, thread, pending, ...fn };
}

describe('what a report says', () => {
  it('a user whose short function held up others is distrusted', () => {
    const { tenants, thread, pending, tenant, profile } = shortCall({ exclusive: false });
    learnFromReport(tenants, thread, pending, callReport(0, { longestTurnMs: 60 }), NOW);
    expect(tenant.distrustedUntil).toBeGreaterThan(NOW);
    expect(profile.kind).toBe('long');
  });

  it.each([
    ['it had the thread for itself', { exclusive: true }, { longestTurnMs: 60 }],
    ['it was compiled meanwhile', { exclusive: false }, { longestTurnMs: 60, start: 'cold' }],
    ['it was just unlucky', { exclusive: false }, { longestTurnMs: 20 }],
  ] as const)('not where %s', (_, call, report) => {
    const { tenants, thread, pending, tenant } = shortCall(call);
    learnFromReport(tenants, thread, pending, callReport(0, report), NOW);
    expect(tenant.distrusts).toBe(0);
  });

  it('its user is charged what the call has had beyond what was thought', () => {
    const { tenants, thread, pending, tenant } = shortCall({ exclusive: false });
    pending.chargedMs = 2;
    learnFromReport(tenants, thread, pending, callReport(0, { cpuMs: 10, longestTurnMs: 3 }), NOW);
    expect(tenant.servedMs).toBe(8);
    learnFromReport(tenants, thread, pending, callReport(0, { cpuMs: 0, longestTurnMs: 4 }), NOW);
    expect(tenant.servedMs).toBe(10);
  });
});

it('a quick first turn makes an unknown function a short one; a slow one may have been compilation', () => {
  const fn = scheduledFunction(new Tenants(USER_LIMITS).of('demo'));
  const pending = acceptedCall(fn);
  learnFromFirstTurn(pending, 30);
  expect(fn.profile.kind).toBe('unknown');
  learnFromFirstTurn(pending, 1);
  expect(fn.profile.kind).toBe('short');
});
