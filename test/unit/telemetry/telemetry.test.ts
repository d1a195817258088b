import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { HostInfo } from '../../../src/core/ports.ts';
import { VERSION } from '../../../src/core/version.ts';
import { createTelemetry } from '../../../src/telemetry/create-telemetry.ts';
import type { Telemetry } from '../../../src/telemetry/telemetry.ts';
import { parseMetrics, sampleValue } from '../../support/prometheus.ts';
import { until } from '../../support/until.ts';
import { HOST_INFO, someCall, someResult } from './calls.ts';

const file = (path: string): Promise<string> => readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');

let telemetry: Telemetry | undefined;

async function open(hostInfo: () => HostInfo = () => HOST_INFO): Promise<Telemetry> {
  telemetry = await createTelemetry({ logger: {}, hostInfo });
  return telemetry;
}

afterEach(() => telemetry?.close());

describe('telemetry: metrics of the host', () => {
  it('are read at each scrape', async () => {
    let info = HOST_INFO;
    const { metrics } = await open(() => info);
    const value = (name: string): number | undefined => sampleValue(metrics(), name);
    expect([value('faasm_queued_calls'), value('faasm_running_calls'), value('faasm_threads')]).toEqual([5, 6, 4]);
    expect([value('faasm_memory_used_bytes'), value('faasm_memory_limit_bytes')]).toEqual([65_536, 1_048_576]);
    expect([value('faasm_memories_used'), value('faasm_memories_limit')]).toEqual([7, 100]);
    expect([value('faasm_mappings_used'), value('faasm_mappings_limit')]).toEqual([8, 65_530]);
    info = { ...HOST_INFO, queued: 50, startedAt: Date.now() - 10_000 };
    expect(value('faasm_queued_calls')).toBe(50);
    expect(value('faasm_uptime_seconds')).toBeGreaterThanOrEqual(10);
  });

  it('say what the host is', async () => {
    const labels = { version: VERSION, node: process.versions.node, layer: 'native', store: 'memory', host: 'host-1' };
    expect(sampleValue((await open()).metrics(), 'faasm_build_info', labels)).toBe(1);
    expect(JSON.parse(await file('package.json')).version).toBe(VERSION);
  });

  it('have the process: CPU time, memory, descriptors', async () => {
    const { metrics } = await open();
    const value = (name: string): number => sampleValue(metrics(), name) ?? Number.NaN;
    const cpu = value('process_cpu_seconds_total');
    expect(cpu).toBeGreaterThan(0);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    const before = value('process_open_fds');
    const opened = [1, 2, 3].map(() => openSync('/dev/null', 'r'));
    expect(value('process_open_fds')).toBe(before + 3);
    for (const descriptor of opened) closeSync(descriptor);
    for (const until = Date.now() + 30; Date.now() < until; );
    expect(value('process_cpu_seconds_total')).toBeGreaterThan(cpu);
  });

  it('have the lag of the event loop', async () => {
    const { metrics } = await open();
    const lag = (part: string): number => sampleValue(metrics(), `faasm_event_loop_lag_seconds_${part}`) ?? Number.NaN;
    const before = { count: lag('count'), sum: lag('sum') };
    for (const end = Date.now() + 200; Date.now() < end; );
    await until(() => lag('count') > before.count);
    expect(lag('sum') - before.sum).toBeGreaterThan(0.1);
  });
});

describe('telemetry: requests', () => {
  it('are counted by route and status', async () => {
    const { httpRequest, metrics } = await open();
    httpRequest('/f/{user}/{function}', 200, 20);
    httpRequest('/f/{user}/{function}', 200, 40);
    httpRequest('/f/{user}/{function}', 404, 1);
    const text = metrics();
    const route = '/f/{user}/{function}';
    expect(sampleValue(text, 'faasm_http_requests_total', { route, status: '200' })).toBe(2);
    expect(sampleValue(text, 'faasm_http_requests_total', { route, status: '404' })).toBe(1);
    expect(sampleValue(text, 'faasm_http_request_seconds_sum', { route })).toBeCloseTo(0.061);
    expect(sampleValue(text, 'faasm_http_request_seconds_bucket', { route, le: '0.025' })).toBe(2);
  });

  it('have at most a hundred routes', async () => {
    const { httpRequest, metrics } = await open();
    for (let at = 0; at < 500; at += 1) httpRequest(`/f/demo/${at}`, 200, 1);
    const samples = parseMetrics(metrics()).find(({ name }) => name === 'faasm_http_requests_total')?.samples;
    expect(samples).toHaveLength(101);
    expect(samples?.at(-1)).toMatchObject({ labels: { route: 'other' }, value: 400 });
  });

  it('to stores are counted, and those that failed by code', async () => {
    const { storeRequest, metrics } = await open();
    storeRequest('get');
    storeRequest('get', 'STORE_UNAVAILABLE');
    storeRequest('get', 'STORE_UNAVAILABLE');
    storeRequest('put', 'STORE_DENIED');
    const text = metrics();
    expect(sampleValue(text, 'faasm_store_requests_total', { operation: 'get' })).toBe(3);
    expect(sampleValue(text, 'faasm_store_errors_total', { operation: 'get', code: 'STORE_UNAVAILABLE' })).toBe(2);
    expect(sampleValue(text, 'faasm_store_errors_total', { operation: 'put', code: 'STORE_DENIED' })).toBe(1);
  });
});

describe('telemetry', () => {
  it('without a receiver of traces passes them on and asks nobody to sample', async () => {
    const { childOf } = await open();
    expect(childOf(undefined)).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/);
    expect(childOf('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')).toMatch(
      /^00-4bf92f3577b34da6a3ce929d0e0e4736-[\da-f]{16}-01$/,
    );
  });

  it('has the metrics that docs/operations.md lists, no more and no less', async () => {
    const { observer, httpRequest, storeRequest, stateRequest, metrics } = await open();
    observer.ended(someCall(), someResult({ status: 'failed', error: { code: 'TIMEOUT', message: '' } }), 0);
    httpRequest('/', 200, 1);
    storeRequest('get', 'STORE_DENIED');
    stateRequest('read', 'STATE_UNAVAILABLE');
    const rows = parseMetrics(metrics()).map(({ name, type, help, samples }) => {
      const labels = Object.keys(samples[0]?.labels ?? {}).filter((label) => label !== 'le');
      // No span has been sent, so that metric has no sample to show its label.
      const shown = name === 'faasm_spans_total' ? ['outcome'] : labels;
      return `| \`${name}\` | ${type} | ${shown.map((label) => `\`${label}\``).join(', ')} | ${help} |`;
    });
    const listed = (await file('docs/operations.md')).split('\n').filter((line) => /^\| `(faasm|process)_/.test(line));
    expect(listed).toEqual(rows);
  });
});
