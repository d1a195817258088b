import { afterEach, describe, expect, it } from '@jest/globals';
import type { LogFields } from '../../../src/core/logger.ts';
import { callLog } from '../../../src/telemetry/call-log.ts';
import { createTelemetry } from '../../../src/telemetry/create-telemetry.ts';
import type { Telemetry } from '../../../src/telemetry/telemetry.ts';
import { HOST_INFO, someCall, someResult, unbegunResult } from './calls.ts';

let telemetry: Telemetry | undefined;

afterEach(() => telemetry?.close());

function logged(...parameters: Parameters<ReturnType<typeof callLog>['ended']>): LogFields | undefined {
  const events: [string, LogFields | undefined][] = [];
  callLog((event, fields) => events.push([event, fields])).ended(...parameters);
  expect(events.map(([event]) => event)).toEqual(['call']);
  return events[0]?.[1];
}

describe('log of calls', () => {
  it('has what became of a call', () => {
    expect(logged(someCall(), someResult(), 7)).toEqual({
      id: 42,
      function: 'demo/hello',
      version: '20260101T000000Z-1',
      outcome: 'success',
      message: undefined,
      start: 'warm',
      layer: 'native',
      thread: 3,
      attempt: 1,
      queuedMs: 2,
      initMs: 0.25,
      runMs: 40.5,
      cpuMs: 3,
      outputBytes: 7,
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    });
  });

  it('has the error of a call that failed, and no start of one that never began', () => {
    const fields = logged(someCall(), unbegunResult(), 0);
    expect(fields).toMatchObject({ outcome: 'CANCELLED', message: 'Too early.', queuedMs: 7 });
    expect(fields).not.toHaveProperty('start');
  });

  it.each([
    [true, ['call']],
    [false, []],
  ])('is written where debug is shown: %s', async (shown, expected) => {
    const events: string[] = [];
    const logger = shown ? { debug: (event: string) => events.push(event) } : {};
    telemetry = await createTelemetry({ logger, hostInfo: () => HOST_INFO });
    telemetry.observer.ended(someCall(), someResult(), 0);
    expect(events).toEqual(expected);
  });
});
