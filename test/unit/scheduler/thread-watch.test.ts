import { describe, expect, it } from '@jest/globals';
import { CallTable } from '../../../src/scheduler/call-table.ts';
import type { PendingCall } from '../../../src/scheduler/pending-call.ts';
import { Tenants } from '../../../src/scheduler/tenants.ts';
import { enter, stick } from '../../../src/scheduler/thread-use.ts';
import { ThreadWatch } from '../../../src/scheduler/thread-watch.ts';
import { WaitingCalls } from '../../../src/scheduler/waiting-calls.ts';
import {
  acceptedCall,
  type IdleThread,
  idleThread,
  scheduledFunction,
  USER_LIMITS,
} from '../../support/scheduled-calls.ts';

const NOW = 1_000_000;

/** A watch that looks only when it is told to, over one thread that has a call. */
function scene() {
  const tenants = new Tenants(USER_LIMITS);
  const calls = new CallTable(tenants);
  const waiting = new WaitingCalls(tenants);
  const thread = idleThread(1);
  const heard: string[] = [];
  const hear = (what: string) => (): void => void heard.push(what);
  const pool = {
    threads: new Map([[1, thread]]),
    endRunaways: hear('endRunaways'),
    relievePressure: hear('relievePressure'),
    retireIdle: hear('retireIdle'),
    replace: hear('replace'),
  };
  const watch = new ThreadWatch({
    pool,
    calls,
    waiting,
    tenants,
    cancellation: { insist: hear('insist') },
    dispatcher: { dispatch: hear('dispatch') },
  });
  watch.stop();
  const pending = callOn(thread, calls, tenants);
  return { tenants, calls, waiting, thread, heard, watch, pending };
}

function callOn(thread: IdleThread, calls: CallTable, tenants: Tenants): PendingCall {
  const pending = acceptedCall(scheduledFunction(tenants.of('demo')));
  calls.add(pending);
  enter(thread, pending, false);
  return pending;
}

/** The thread's turn is of `pending`, since `turnMs`. */
function inTurn(thread: IdleThread, pending: PendingCall, turnMs: number): void {
  thread.board.turnStartedAt = NOW - turnMs;
  thread.board.turnCall = pending.call.id;
}

describe('the look at threads', () => {
  it('sees to runaways, memory and cancellations before it places calls, and to idle threads every second', () => {
    const { watch, heard } = scene();
    const look = ['endRunaways', 'relievePressure', 'insist', 'dispatch'];
    watch.look(NOW);
    expect(heard.splice(0)).toEqual([...look, 'retireIdle']);
    watch.look(NOW + 999);
    expect(heard.splice(0)).toEqual(look);
    watch.look(NOW + 1000);
    expect(heard).toEqual([...look, 'retireIdle']);
  });

  it('takes back what a thread in a long turn has not begun', () => {
    const { watch, thread, pending, calls, tenants, waiting } = scene();
    const behind = callOn(thread, calls, tenants);
    behind.fn.tenant.servedMs = behind.chargedMs;
    thread.posted.push(behind.call.id);
    inTurn(thread, pending, 5);
    watch.look(NOW);
    expect(behind.thread).toBe(1);
    inTurn(thread, pending, 6);
    watch.look(NOW);
    expect([behind.thread, waiting.count, thread.calls, behind.fn.tenant.servedMs]).toEqual([undefined, 1, 1, 0]);
  });

  it('knows the call that holds up its thread, until its turn is over', () => {
    const { watch, thread, pending } = scene();
    inTurn(thread, pending, 19);
    watch.look(NOW);
    expect(thread.stuck).toBeUndefined();
    inTurn(thread, pending, 20);
    watch.look(NOW);
    expect([thread.stuck, thread.exclusive]).toEqual([pending.call.id, 1]);
    thread.board.turnStartedAt = 0;
    watch.look(NOW);
    expect([thread.stuck, thread.exclusive]).toEqual([undefined, 0]);
  });

  it('lets a stuck call go when the turn is another one’s', () => {
    const { watch, thread, pending, calls, tenants } = scene();
    stick(thread, pending);
    inTurn(thread, callOn(thread, calls, tenants), 1);
    watch.look(NOW);
    expect(thread.stuck).toBeUndefined();
  });

  it('has a thread in a very long turn replaced while there are other calls', () => {
    const { watch, thread, pending, calls, tenants, heard } = scene();
    inTurn(thread, pending, 50);
    watch.look(NOW);
    expect(heard).not.toContain('replace');
    callOn(thread, calls, tenants);
    watch.look(NOW);
    expect(heard).toContain('replace');
  });
});
