import type { FunctionSettings } from '../../src/core/function-document.ts';
import { DEFAULT_LIMITS } from '../../src/core/limits.ts';
import type { CallRequest } from '../../src/core/ports.ts';
import { UserCounts } from '../../src/core/user-counts.ts';
import type { CallReport, ToThread } from '../../src/executor/protocol.ts';
import { type FunctionState, functionState } from '../../src/scheduler/function-state.ts';
import { type PendingCall, pendingCall } from '../../src/scheduler/pending-call.ts';
import type { Tenant } from '../../src/scheduler/tenants.ts';
import type { PoolThread } from '../../src/scheduler/thread-pool.ts';

/** What a user may have in tests of the scheduler: more than they use. */
export const USER_LIMITS = { memoryPages: 1000, memories: 100, mappings: 100 };

/** A function of `tenant` as the scheduler knows it, without code: nothing runs it. */
export function scheduledFunction(tenant: Tenant, settings: FunctionSettings = {}): FunctionState {
  const spec = {
    user: tenant.user,
    function: 'echo',
    handle: 1,
    version: '20261121T064237123Z-1a2b3c4d',
    limits: { ...DEFAULT_LIMITS, ...settings.limits },
  };
  return functionState(spec as FunctionState['spec'], {} as FunctionState['code'], { settings } as never, tenant);
}

/** A call of `fn`, as it is when it has been accepted. */
export function acceptedCall(fn: FunctionState, request: Partial<CallRequest> = {}): PendingCall {
  const { user, function: name } = fn.spec;
  const input = new Uint8Array(0);
  const whole = { principal: { user: '*', kind: 'admin' }, user, function: name, input, ...request } as const;
  return pendingCall(whole, fn, input, '00-trace', Date.now());
}

/** A thread that runs nothing. */
export interface IdleThread extends PoolThread {
  readonly board: { turnStartedAt: number; turnCall: number };
  /** Ids of calls that it has not begun. */
  readonly posted: number[];
  /** What it has been sent. */
  readonly sent: ToThread[];
}

/** A thread with room for calls, whose turns are what `board` says. */
export function idleThread(id: number): IdleThread {
  const board = { turnStartedAt: 0, turnCall: 0 };
  const posted: number[] = [];
  const sent: ToThread[] = [];
  const handle = {
    id,
    layer: 'native',
    board,
    takeBack: () => posted.splice(0),
    post: (message: ToThread) => sent.push(message),
  };
  return {
    handle: handle as unknown as PoolThread['handle'],
    base: true,
    calls: 0,
    exclusive: 0,
    workMs: 0,
    users: new UserCounts(),
    stuck: undefined,
    idleSince: 0,
    board,
    posted,
    sent,
  };
}

/** What a thread says of a call that has ended well. */
export function callReport(id: number, more: Partial<CallReport> = {}): CallReport {
  return {
    id,
    output: [],
    log: new Uint8Array(0),
    start: 'warm',
    initMs: 0,
    runMs: 1,
    cpuMs: 1,
    longestTurnMs: 1,
    peakPages: 1,
    peakFileBytes: 0,
    peakOpenFiles: 0,
    ...more,
  };
}
