import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Logger } from '../../../src/core/logger.ts';
import { VERSION } from '../../../src/core/version.ts';
import { createTelemetry } from '../../../src/telemetry/create-telemetry.ts';
import { Counter } from '../../../src/telemetry/metrics.ts';
import { openSpans, type SpanTiming } from '../../../src/telemetry/spans.ts';
import { parseTraceparent, traceparents } from '../../../src/telemetry/trace-context.ts';
import { freePort } from '../../support/free-port.ts';
import { type OtlpReceiver, type ReceivedSpan, startReceiver } from '../../support/otlp-receiver.ts';
import { sampleValue } from '../../support/prometheus.ts';
import { until } from '../../support/until.ts';
import { HOST_INFO, someCall, someResult, unbegunResult } from './calls.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const OWN = '00f067aa0ba902b7';
const CALLER = 'b7ad6b7169203331';
const START = BigInt(1_767_225_600_000) * 1_000_000n;
const QUICK: SpanTiming = { delayMs: 5, timeoutMs: 60_000, closeMs: 60_000 };
const IMPATIENT: SpanTiming = { ...QUICK, timeoutMs: 300 };
const SPANS_PER_CALL = 4;
const QUEUE_SPANS = 8_192;

interface LoggedEvent {
  readonly event: string;
  readonly fields: unknown;
}

let receivers: OtlpReceiver[] = [];
let opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(opened.map((item) => item.close()));
  await Promise.all(receivers.map((receiver) => receiver.close()));
  opened = [];
  receivers = [];
});

async function receiving(...parameters: Parameters<typeof startReceiver>): Promise<OtlpReceiver> {
  const receiver = await startReceiver(...parameters);
  receivers.push(receiver);
  return receiver;
}

function sending(endpoint: string, timing: SpanTiming = QUICK) {
  const events: LoggedEvent[] = [];
  const note = (event: string, fields?: unknown): number => events.push({ event, fields });
  const logger: Logger = { debug: note, info: note, warn: note, error: note };
  const counts = new Map<string, Counter>();
  const count = (outcome: string): Counter => {
    const counter = counts.get(outcome) ?? new Counter();
    counts.set(outcome, counter);
    return counter;
  };
  const spans = openSpans({ endpoint, serviceName: 'shop', instance: () => 'host-1', logger, count, timing });
  opened.push(spans);
  return { ...spans, events, counted: (outcome: string) => counts.get(outcome)?.value ?? 0 };
}

/** Answers requests, those to come too, until `condition` holds. */
async function answerAll(held: ServerResponse[], condition: () => boolean): Promise<void> {
  await until(() => {
    for (const response of held.splice(0)) response.end('{}');
    return condition();
  });
}

const named = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
  const found = spans.filter((span) => span.name === name);
  expect(found).toHaveLength(1);
  return found[0] as ReceivedSpan;
};

describe('spans: what is sent', () => {
  it('is a span with the ids of the call, below its caller, with phases at their times', async () => {
    const receiver = await receiving();
    const { ended, close, counted } = sending(receiver.url);
    ended(someCall({ traceparent: `00-${TRACE}-${CALLER}-01`, tracestate: 'a=1,b=2' }), someResult(), 7);
    await close();
    expect(receiver.paths).toEqual(['POST /v1/traces']);
    expect(receiver.spans).toHaveLength(SPANS_PER_CALL);
    expect(counted('sent')).toBe(SPANS_PER_CALL);
    const call = named(receiver.spans, 'demo/hello');
    expect(call).toMatchObject({ traceId: TRACE, spanId: OWN, parentSpanId: CALLER, traceState: 'a=1,b=2', kind: 2 });
    expect(call.status.code ?? 0).toBe(0);
    const [callStart, callEnd] = times(call);
    expect([callStart, callEnd]).toEqual([START, START + 42_750_000n]);
    let at = START;
    for (const [name, took] of [
      ['queue', 2_000_000n],
      ['init', 250_000n],
      ['run', 40_500_000n],
    ] as const) {
      const phase = named(receiver.spans, name);
      expect(phase).toMatchObject({ traceId: TRACE, parentSpanId: OWN, kind: 1 });
      expect(times(phase)).toEqual([at, at + took]);
      at += took;
    }
    expect(new Set(receiver.spans.map((span) => span.spanId)).size).toBe(SPANS_PER_CALL);
  });

  it('describes call and host', async () => {
    const receiver = await receiving();
    const { ended, close } = sending(`${receiver.url}/`);
    ended(someCall({ parent: 41 }), someResult({ start: 'cold', attempt: 2 }), 7);
    await close();
    expect(receiver.paths).toEqual(['POST /v1/traces']);
    const call = named(receiver.spans, 'demo/hello');
    expect(call.attributes).toEqual({
      'faas.name': 'demo/hello',
      'faas.version': '20260101T000000Z-1',
      'faas.invocation_id': '42',
      'faas.instance': 'host-1',
      'faas.coldstart': true,
      'thread.id': 3,
      'faasm.user': 'demo',
      'faasm.function': 'hello',
      'faasm.attempt': 2,
      'faasm.start': 'cold',
      'faasm.layer': 'native',
      'faasm.parent': '41',
      'faasm.return_value': 0,
      'faasm.input_bytes': 5,
      'faasm.output_bytes': 7,
      'faasm.peak_memory_bytes': 65_536,
      'faasm.cpu_ms': 3,
    });
    expect(call.scope).toMatchObject({ name: 'faasm', version: VERSION });
    expect(call.resource).toMatchObject({
      'service.name': 'shop',
      'service.version': VERSION,
      'service.instance.id': 'host-1',
      'process.runtime.name': 'nodejs',
      'process.runtime.version': process.versions.node,
      'telemetry.sdk.language': 'nodejs',
    });
  });

  it('has the error of a call that failed, and no start of one that never began', async () => {
    const receiver = await receiving();
    const { ended, close } = sending(receiver.url);
    ended(someCall({ detached: true }), unbegunResult(), 0);
    await close();
    const call = named(receiver.spans, 'demo/hello');
    expect(call.kind).toBe(5);
    expect(call.parentSpanId ?? '').toBe('');
    expect(call.status).toEqual({ code: 2, message: 'Too early.' });
    expect(call.attributes).toMatchObject({ 'error.type': 'CANCELLED' });
    expect(Object.keys(call.attributes)).not.toEqual(expect.arrayContaining(['faas.coldstart']));
    expect(receiver.spans.map(({ name }) => name)).toEqual(['demo/hello', 'queue']);
  });

  it('has no parent where the incoming context was malformed, and nothing of traces that are not sampled', async () => {
    const receiver = await receiving();
    const { ended, close } = sending(receiver.url);
    ended(someCall({ traceparent: 'nonsense' }), someResult(), 0);
    ended(someCall({ function: 'quiet' }), someResult({ traceparent: `00-${TRACE}-${OWN}-00` }), 0);
    await close();
    expect(named(receiver.spans, 'demo/hello').parentSpanId ?? '').toBe('');
    expect(receiver.spans.map(({ name }) => name)).not.toContain('demo/quiet');
  });

  it('comes in batches, without a close', async () => {
    const receiver = await receiving();
    const { ended } = sending(receiver.url);
    const childOf = traceparents(true);
    const made = Array.from({ length: 500 }, () => childOf(undefined));
    for (const traceparent of made) ended(someCall(), someResult({ traceparent }), 0);
    await until(() => receiver.spans.length === 500 * SPANS_PER_CALL);
    expect(receiver.paths.length).toBeLessThan(20);
    const calls = receiver.spans.filter(({ name }) => name === 'demo/hello').map(({ spanId }) => spanId);
    expect(calls.sort()).toEqual(made.map((traceparent) => parseTraceparent(traceparent)?.spanId).sort());
  });
});

describe('spans: a receiver in trouble', () => {
  it('that answers 500 is logged once, and once when it is well again', async () => {
    let status = 500;
    const receiver = await receiving((response) => {
      response.statusCode = status;
      response.end('{}');
    });
    const { ended, events, counted } = sending(receiver.url);
    for (let batch = 1; batch <= 3; batch += 1) {
      ended(someCall(), someResult(), 0);
      await until(() => counted('failed') === batch * SPANS_PER_CALL);
    }
    expect(events).toEqual([
      { event: 'traces-not-sent', fields: { endpoint: receiver.url, reason: expect.stringMatching(/\S/) } },
    ]);
    status = 200;
    ended(someCall(), someResult(), 0);
    await until(() => counted('sent') === SPANS_PER_CALL);
    expect(events.slice(1)).toEqual([{ event: 'traces-sent-again', fields: { endpoint: receiver.url } }]);
  });

  it('that is not there is logged once', async () => {
    const { ended, events, counted } = sending(`http://127.0.0.1:${await freePort()}`, IMPATIENT);
    for (let batch = 1; batch <= 2; batch += 1) {
      ended(someCall(), someResult(), 0);
      await until(() => counted('failed') === batch * SPANS_PER_CALL);
    }
    expect(events).toEqual([{ event: 'traces-not-sent', fields: expect.anything() }]);
  });

  it('that does not answer holds neither calls nor the close for long', async () => {
    const held: ServerResponse[] = [];
    const receiver = await receiving((response) => held.push(response));
    const { ended, close, events, counted } = sending(receiver.url, { ...QUICK, closeMs: 50 });
    ended(someCall(), someResult(), 0);
    await until(() => held.length === 1);
    ended(someCall(), someResult(), 0);
    await close();
    // Nothing has come of it yet: the close did not wait for the receiver.
    expect([counted('sent'), counted('failed'), events.length]).toEqual([0, 0, 0]);
    await answerAll(held, () => counted('sent') === 2 * SPANS_PER_CALL);
  });

  it('that is slow is given up on after the timeout', async () => {
    const receiver = await receiving(() => undefined);
    const { ended, events, counted } = sending(receiver.url, IMPATIENT);
    ended(someCall(), someResult(), 0);
    await until(() => counted('failed') === SPANS_PER_CALL);
    expect(events).toEqual([{ event: 'traces-not-sent', fields: expect.anything() }]);
  });

  it('leaves a bounded queue behind: what exceeds it is dropped and counted', async () => {
    const held: ServerResponse[] = [];
    const receiver = await receiving((response) => held.push(response));
    const { ended, counted } = sending(receiver.url);
    for (let at = 0; at < 3_000; at += 1) ended(someCall(), someResult(), 0);
    expect(counted('dropped')).toBe(3_000 * SPANS_PER_CALL - QUEUE_SPANS);
    await answerAll(held, () => counted('sent') === QUEUE_SPANS);
    expect(receiver.spans).toHaveLength(QUEUE_SPANS);
    ended(someCall(), someResult(), 0);
    expect(counted('dropped')).toBe(3_000 * SPANS_PER_CALL - QUEUE_SPANS);
    await answerAll(held, () => counted('sent') === QUEUE_SPANS + SPANS_PER_CALL);
  });
});

describe('spans: telemetry with a receiver', () => {
  it('samples new traces, counts and sends', async () => {
    const receiver = await receiving();
    const telemetry = await createTelemetry({
      logger: {},
      hostInfo: () => HOST_INFO,
      otlpEndpoint: receiver.url,
      serviceName: 'shop',
    });
    opened.push(telemetry);
    const traceparent = telemetry.childOf(undefined);
    expect(traceparent).toMatch(/-01$/);
    telemetry.observer.ended(someCall(), someResult({ traceparent }), 0);
    await telemetry.close();
    expect(named(receiver.spans, 'demo/hello').spanId).toBe(parseTraceparent(traceparent)?.spanId);
    expect(sampleValue(telemetry.metrics(), 'faasm_spans_total', { outcome: 'sent' })).toBe(SPANS_PER_CALL);
    const labels = { user: 'demo', function: 'hello', outcome: 'success' };
    expect(sampleValue(telemetry.metrics(), 'faasm_calls_total', labels)).toBe(1);
  });
});

function times({ startTimeUnixNano, endTimeUnixNano }: ReceivedSpan): readonly bigint[] {
  return [BigInt(startTimeUnixNano), BigInt(endTimeUnixNano)];
}
