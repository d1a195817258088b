import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OtlpReceiver, startReceiver } from '../support/otlp-receiver.ts';
import { parseMetrics, sampleValue } from '../support/prometheus.ts';
import { call, post, uploadSamples } from '../support/samples.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';

let server: ServerProcess;
let receiver: OtlpReceiver;

beforeAll(async () => {
  receiver = await startReceiver();
  server = await startServerProcess({
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_SERVICE_NAME: 'shop',
      FAASM_LOG_LEVEL: 'debug',
      FAASM_LOG_FORMAT: 'json',
    },
  });
  await uploadSamples(server, 'hello', 'echo');
});

afterAll(async () => {
  await server.kill();
  await receiver.close();
});

describe('telemetry of the server', () => {
  it('has metrics of calls, requests and the host', async () => {
    await call(server, 'echo', '12345');
    const { text: words } = await call(server, 'echo', '');
    await call(server, 'missing');
    const response = await fetch(`${server.upload}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const missing = { route: '/', status: '404' };
    let text = await response.text();
    // Requests are counted when their answer has been sent, and the client may have it a moment earlier.
    while (sampleValue(text, 'faasm_http_requests_total', missing) === undefined) {
      text = await (await fetch(`${server.invoke}/metrics`)).text();
    }
    expect(parseMetrics(text).length).toBeGreaterThan(20);
    const echo = { user: 'demo', function: 'echo' };
    expect(sampleValue(text, 'faasm_calls_total', { ...echo, outcome: 'success' })).toBe(2);
    expect(sampleValue(text, 'faasm_call_input_bytes_total', echo)).toBe(5);
    expect(sampleValue(text, 'faasm_call_output_bytes_total', echo)).toBe(5 + words.length);
    expect(sampleValue(text, 'faasm_call_run_seconds_count', echo)).toBe(2);
    expect(sampleValue(text, 'faasm_http_requests_total', missing)).toBe(1);
    expect(sampleValue(text, 'faasm_store_requests_total', { operation: 'put' })).toBeGreaterThan(0);
    expect(sampleValue(text, 'faasm_threads')).toBeGreaterThanOrEqual(2);
    expect(sampleValue(text, 'faasm_memory_used_bytes')).toBeGreaterThan(0);
  });

  it('sends what it still has of traces before it stops, and logs calls and requests', async () => {
    const traceparent = `00-${TRACE}-${CALLER}-01`;
    const answer = await post(server, { user: 'demo', function: 'hello' }, { headers: { traceparent } });
    await fetch(`${server.invoke}/v1/functions/demo/hello`, { method: 'DELETE' });
    server.process.kill('SIGTERM');
    expect(await server.exit).toBe(0);
    const span = receiver.spans.find(({ name }) => name === 'demo/hello');
    expect(span).toMatchObject({ traceId: TRACE, parentSpanId: CALLER, resource: { 'service.name': 'shop' } });
    expect(answer.headers.get('traceparent')).toBe(`00-${TRACE}-${span?.spanId}-01`);
    const phases = receiver.spans.filter(({ parentSpanId }) => parentSpanId === span?.spanId);
    expect(phases.map(({ name }) => name)).toEqual(expect.arrayContaining(['init', 'run']));
    const events = server
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    expect(events).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ level: 'debug', event: 'call', function: 'demo/hello', outcome: 'success' }),
        expect.objectContaining({ level: 'debug', event: 'http', method: 'POST', path: '/', status: 200 }),
        expect.objectContaining({ level: 'info', event: 'removed', function: 'demo/hello' }),
        expect.objectContaining({ level: 'info', event: 'stopped' }),
      ]),
    );
  });
});
