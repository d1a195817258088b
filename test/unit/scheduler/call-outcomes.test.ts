import { describe, expect, it } from '@jest/globals';
import type { ErrorRecord } from '../../../src/core/errors.ts';
import type { FunctionSettings } from '../../../src/core/function-document.ts';
import { Backoff } from '../../../src/scheduler/backoff.ts';
import { CallOutcomes } from '../../../src/scheduler/call-outcomes.ts';
import { CallTable } from '../../../src/scheduler/call-table.ts';
import { Cancellation } from '../../../src/scheduler/cancellation.ts';
import type { FunctionState } from '../../../src/scheduler/function-state.ts';
import { ResultStore } from '../../../src/scheduler/results.ts';
import { Tenants } from '../../../src/scheduler/tenants.ts';
import { enter } from '../../../src/scheduler/thread-use.ts';
import { WaitingCalls } from '../../../src/scheduler/waiting-calls.ts';
import { acceptedCall, callReport, idleThread, scheduledFunction, USER_LIMITS } from '../../support/scheduled-calls.ts';

const OVERLOADED: ErrorRecord = { code: 'HOST_OVERLOADED', message: 'no memory' };
const TRAPPED: ErrorRecord = { code: 'GUEST_TRAP', message: 'unreachable' };
/** Long enough to be looked at while it lasts. */
const RETRIES: FunctionSettings = { retries: { max: 1, backoffMs: 60_000, on: ['GUEST_TRAP', 'THREAD_LOST'] } };

function scene(settings: FunctionSettings = {}) {
  const tenants = new Tenants(USER_LIMITS);
  const calls = new CallTable(tenants);
  const waiting = new WaitingCalls(tenants);
  const backoff = new Backoff((pending) => waiting.add(pending));
  const results = new ResultStore({ ttlMs: 60_000, maxBytes: 1_000 });
  const thread = idleThread(3);
  const threads = new Map([[thread.handle.id, thread]]);
  const heard = { ended: [] as number[], drained: [] as FunctionState[], makeRoom: 0, running: [] as number[] };
  const outcomes = new CallOutcomes(
    {
      host: 'h',
      layer: 'native',
      observer: { ended: ({ id }) => void heard.ended.push(id) },
      makeRoom: () => {
        heard.makeRoom += 1;
      },
      drained: (fn) => void heard.drained.push(fn),
    },
    { calls, waiting, backoff, results, tenants, threads },
  );
  const cancelRunning = (id: number): boolean => heard.running.includes(id);
  const cancellation = new Cancellation({ calls, outcomes, threads, cancelRunning });
  const fn = scheduledFunction(tenants.of('demo'), settings);
  const pending = acceptedCall(fn);
  calls.add(pending);
  const { id } = pending.call;
  return { tenants, calls, waiting, backoff, results, thread, heard, outcomes, cancellation, fn, pending, id };
}

describe('a call that its thread reports', () => {
  it('has a result, which whoever waits is told and which is kept', async () => {
    const { outcomes, thread, pending, id, heard, results, calls, fn } = scene();
    enter(thread, pending, true);
    outcomes.reported(thread, callReport(id, { output: [Buffer.from('hello')], returnValue: 0 }));
    const result = await pending.result;
    expect(result).toMatchObject({ id, status: 'success', attempt: 1, placement: { host: 'h', thread: 3 } });
    expect(pending.output.sizeBytes).toBe(5);
    expect(results.get(id, Date.now()).result).toBe(result);
    expect(heard.ended).toEqual([id]);
    expect([calls.size, fn.active, thread.calls, thread.exclusive]).toEqual([0, 0, 0, 0]);
  });

  it('is tried again when its function says so, as often as it says', async () => {
    const { outcomes, thread, pending, id, backoff, heard } = scene(RETRIES);
    enter(thread, pending, false);
    outcomes.reported(thread, callReport(id, { error: TRAPPED }));
    expect([pending.attempt, pending.thread, backoff.count, thread.calls]).toEqual([2, undefined, 1, 0]);
    expect(heard.ended).toEqual([]);
    backoff.end(pending);
    enter(thread, pending, false);
    outcomes.reported(thread, callReport(id, { error: TRAPPED }));
    expect(await pending.result).toMatchObject({ status: 'failed', error: TRAPPED, attempt: 2 });
  });

  it('waits for memory that others give back, and is not charged for it', () => {
    const { outcomes, thread, pending, id, backoff, heard, fn } = scene();
    enter(thread, pending, false);
    fn.tenant.servedMs = pending.chargedMs;
    outcomes.reported(thread, callReport(id, { error: OVERLOADED, runMs: 0, longestTurnMs: 0 }));
    expect([backoff.count, heard.makeRoom, fn.tenant.roomless, fn.tenant.servedMs]).toEqual([1, 1, 1, 0]);
    expect(pending.attempt).toBe(1);
    backoff.end(pending);
  });

  it('leaves its thread even where the host has ended it before', async () => {
    const { outcomes, thread, pending, id, heard } = scene();
    enter(thread, pending, false);
    outcomes.failed(pending, TRAPPED);
    outcomes.failed(pending, OVERLOADED);
    expect(thread.calls).toBe(1);
    outcomes.reported(thread, callReport(id));
    expect(thread.calls).toBe(0);
    expect(await pending.result).toMatchObject({ error: TRAPPED });
    expect(heard.ended).toEqual([id]);
  });
});

describe('a call that the host ends', () => {
  it('does not wait any longer', async () => {
    const { outcomes, waiting, pending } = scene();
    waiting.add(pending);
    outcomes.failed(pending, TRAPPED);
    expect(waiting.count).toBe(0);
    expect(await pending.result).toMatchObject({ status: 'failed', error: TRAPPED, placement: { thread: 0 } });
  });

  it('of a lost thread is tried again where its function says so, the others of the thread too', async () => {
    const { outcomes, thread, pending, calls, tenants, backoff } = scene(RETRIES);
    const other = acceptedCall(scheduledFunction(tenants.of('other')));
    const elsewhere = acceptedCall(scheduledFunction(tenants.of('other')));
    for (const call of [other, elsewhere]) calls.add(call);
    enter(thread, pending, true);
    enter(thread, other, false);
    enter(idleThread(4), elsewhere, false);
    outcomes.lost(thread, 'out of memory');
    expect([backoff.count, pending.thread, pending.fn.tenant.exclusive]).toEqual([1, undefined, 0]);
    expect(await other.result).toMatchObject({ error: { code: 'THREAD_LOST' }, placement: { thread: 3 } });
    expect(calls.find(elsewhere.call.id)).toBe(elsewhere);
    backoff.end(pending);
  });

  it('is the last of its version: the version can go', () => {
    const { outcomes, pending, fn, heard, calls } = scene();
    const another = acceptedCall(fn);
    calls.add(another);
    fn.retired = true;
    outcomes.failed(pending, TRAPPED);
    expect(heard.drained).toEqual([]);
    outcomes.failed(another, TRAPPED);
    expect(heard.drained).toEqual([fn]);
  });
});

describe('a call that is cancelled', () => {
  it('ends at once where no thread has it, also while it waits to be tried again', async () => {
    const { cancellation, backoff, pending } = scene(RETRIES);
    backoff.begin(pending, 60_000, false);
    cancellation.cancel(pending);
    expect(await pending.result).toMatchObject({ error: { code: 'CANCELLED' } });
    expect(backoff.count).toBe(0);
  });

  it('is its thread’s to end, which is told until the call runs or has left it', async () => {
    const { cancellation, thread, pending, id, heard, calls } = scene();
    enter(thread, pending, false);
    cancellation.cancel(pending);
    expect(thread.sent).toEqual([{ kind: 'cancel', call: id }]);
    cancellation.insist();
    expect(calls.find(id)).toBe(pending);
    // The thread has been relieved of it.
    pending.thread = undefined;
    cancellation.insist();
    expect(await pending.result).toMatchObject({ error: { code: 'CANCELLED' } });
    expect(heard.ended).toEqual([id]);
  });

  it('is not told to its thread where the guest could be ended', () => {
    const { cancellation, thread, pending, id, heard } = scene();
    enter(thread, pending, false);
    heard.running.push(id);
    cancellation.cancel(pending);
    expect(thread.sent).toEqual([]);
  });

  it('stays cancelled when its thread has no memory for it before it is told', async () => {
    const { cancellation, outcomes, thread, pending, id, backoff } = scene();
    enter(thread, pending, false);
    cancellation.cancel(pending);
    outcomes.reported(thread, callReport(id, { error: OVERLOADED, runMs: 0, longestTurnMs: 0 }));
    expect(backoff.count).toBe(1);
    cancellation.insist();
    expect(await pending.result).toMatchObject({ error: { code: 'CANCELLED' } });
  });
});
