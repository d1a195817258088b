import { describe, expect, it } from '@jest/globals';
import type { CallObserver } from '../../../src/core/observer.ts';
import { callMetrics } from '../../../src/telemetry/call-metrics.ts';
import { MetricRegistry } from '../../../src/telemetry/metrics.ts';
import { parseMetrics, sampleValue } from '../../support/prometheus.ts';
import { someCall, someResult, unbegunResult } from './calls.ts';

const HELLO = { user: 'demo', function: 'hello' };

function metrics(functionLimit?: number): CallObserver & { value: (name: string, labels: object) => unknown } {
  const registry = new MetricRegistry();
  const observer = callMetrics(registry, functionLimit);
  return { ...observer, value: (name, labels) => sampleValue(registry.text(), name, { ...labels }) };
}

describe('metrics of calls', () => {
  it('count a call with its outcome, start, sizes and times', () => {
    const { ended, value } = metrics();
    ended(someCall(), someResult(), 7);
    ended(someCall(), someResult({ start: 'cold' }), 8);
    expect(value('faasm_calls_total', { ...HELLO, outcome: 'success' })).toBe(2);
    expect(value('faasm_call_starts_total', { ...HELLO, start: 'warm' })).toBe(1);
    expect(value('faasm_call_starts_total', { ...HELLO, start: 'cold' })).toBe(1);
    expect(value('faasm_call_input_bytes_total', HELLO)).toBe(10);
    expect(value('faasm_call_output_bytes_total', HELLO)).toBe(15);
    expect(value('faasm_call_retries_total', HELLO)).toBe(0);
    expect(value('faasm_call_queue_seconds_sum', HELLO)).toBeCloseTo(0.004);
    expect(value('faasm_call_init_seconds_sum', HELLO)).toBeCloseTo(0.0005);
    expect(value('faasm_call_run_seconds_sum', HELLO)).toBeCloseTo(0.081);
    expect(value('faasm_call_cpu_seconds_sum', HELLO)).toBeCloseTo(0.006);
    expect(value('faasm_call_run_seconds_bucket', { ...HELLO, le: '0.025' })).toBe(0);
    expect(value('faasm_call_run_seconds_bucket', { ...HELLO, le: '0.05' })).toBe(2);
  });

  it.each([
    ['TIMEOUT', 1],
    ['CPU_LIMIT', 1],
    ['CANCELLED', 1],
    ['GUEST_TRAP', undefined],
  ] as const)('count %s by code, and as a kill: %s', (code, kills) => {
    const { ended, value } = metrics();
    ended(someCall(), someResult({ status: 'failed', error: { code, message: 'Failed.' } }), 0);
    expect(value('faasm_calls_total', { ...HELLO, outcome: code })).toBe(1);
    expect(value('faasm_calls_total', { ...HELLO, outcome: 'success' })).toBeUndefined();
    expect(value('faasm_call_kills_total', { ...HELLO, code })).toBe(kills);
  });

  it('count attempts after the first', () => {
    const { ended, value } = metrics();
    ended(someCall(), someResult({ attempt: 3 }), 0);
    ended(someCall(), someResult({ attempt: 1 }), 0);
    expect(value('faasm_call_retries_total', HELLO)).toBe(2);
    expect(value('faasm_calls_total', { ...HELLO, outcome: 'success' })).toBe(2);
  });

  it('know no start and no run of a call that ended in the queue', () => {
    const { ended, value } = metrics();
    ended(someCall(), unbegunResult(), 0);
    expect(value('faasm_call_starts_total', { ...HELLO, start: 'cold' })).toBeUndefined();
    expect(value('faasm_call_run_seconds_count', HELLO)).toBe(0);
    expect(value('faasm_call_queue_seconds_count', HELLO)).toBe(1);
  });

  it('have no CPU time where the layer measures none, and no size of input that is a stream', () => {
    const { ended, value } = metrics();
    const { cpuMs: _, ...times } = someResult().times;
    const input = (async function* () {
      yield new Uint8Array(1);
    })();
    ended(someCall({ input }), someResult({ times }), 0);
    expect(value('faasm_call_cpu_seconds_count', HELLO)).toBe(0);
    expect(value('faasm_call_input_bytes_total', HELLO)).toBe(0);
  });

  it('keep functions of the same name apart by user', () => {
    const { ended, value } = metrics();
    for (const user of ['demo', 'demo', 'ann']) ended(someCall({ user }), someResult(), 0);
    expect(value('faasm_calls_total', { ...HELLO, outcome: 'success' })).toBe(2);
    expect(value('faasm_calls_total', { ...HELLO, user: 'ann', outcome: 'success' })).toBe(1);
  });

  it('count functions beyond the limit together, and those before it on their own', () => {
    const registry = new MetricRegistry();
    const { ended } = callMetrics(registry, 3);
    for (let round = 0; round < 2; round += 1) {
      for (let at = 0; at < 50; at += 1) ended(someCall({ user: `u${at % 7}`, function: `f${at}` }), someResult(), 0);
    }
    const count = (user: string, name: string): number | undefined =>
      sampleValue(registry.text(), 'faasm_calls_total', { user, function: name, outcome: 'success' });
    expect([count('u0', 'f0'), count('u1', 'f1'), count('u2', 'f2'), count('u3', 'f3')]).toEqual([2, 2, 2, undefined]);
    expect(count('other', 'other')).toBe(94);
    expect(parseMetrics(registry.text())[0]?.samples).toHaveLength(4);
  });

  it('take a function that is called as the rest is', () => {
    const { ended, value } = metrics(1);
    for (const name of ['hello', 'other', 'more']) ended(someCall({ user: 'other', function: name }), someResult(), 0);
    expect(value('faasm_calls_total', { user: 'other', function: 'other', outcome: 'success' })).toBe(2);
  });
});
