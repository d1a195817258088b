import { describe, expect, it } from '@jest/globals';
import { FaasmError } from '../../../src/core/errors.ts';
import { FAKE_TRACEPARENT, FAKE_VERSION, type FakeFunction } from '../../support/fake-runtime.ts';
import { openApi, outcome, send, testRequest } from './support.ts';

const echo: FakeFunction = async ({ input }) => [input as Uint8Array];
/** Ends with what it is told. */
function held(): { run: FakeFunction; end: (output: string) => void } {
  let end = (_: string): void => {};
  const output = new Promise<string>((resolve) => {
    end = resolve;
  });
  return { run: () => output, end: (text) => end(text) };
}
const untilAborted: FakeFunction = (_, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new FaasmError('CANCELLED', 'cancelled')));
  });

describe('POST /v1/invoke', () => {
  it('hands the raw body over and answers the raw output, with how the call ran', async () => {
    const { runtime, send } = openApi({ 'demo/echo': echo });
    const body = Uint8Array.of(0, 255, 10);
    const answer = await send('POST', '/v1/invoke/demo/echo', { body, headers: { 'content-type': 'image/png' } });
    expect(answer).toMatchObject({ status: 200, streamed: false });
    expect(answer.headers).toEqual({
      'content-type': 'application/octet-stream',
      'x-faasm-call': '1001',
      'x-faasm-version': FAKE_VERSION,
      'x-faasm-start': 'restored',
      'x-faasm-layer': 'portable',
      'x-faasm-times': 'queued=0.3, init=0.0, run=1.5',
      traceparent: FAKE_TRACEPARENT,
    });
    expect(runtime.started[0]).toMatchObject({
      user: 'demo',
      function: 'echo',
      input: Buffer.from(body),
      contentType: 'image/png',
      principal: { kind: 'admin' },
      attributes: { method: 'POST', path: '/v1/invoke/demo/echo' },
    });
    expect(runtime.started[0]).not.toHaveProperty('detached');
  });

  it('calls text text', async () => {
    const { send } = openApi({ 'demo/echo': echo });
    const answer = await send('POST', '/v1/invoke/demo/echo', { body: 'é' });
    expect(answer).toMatchObject({ text: 'é', headers: { 'content-type': 'text/plain; charset=utf-8' } });
  });

  it('hands everything that was asked for to the call', async () => {
    const { runtime, send } = openApi({ 'demo/echo': echo });
    const { version } = await runtime.upload({ user: 'demo', function: 'echo' }, Buffer.from('wasm'));
    const headers = {
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      tracestate: 'vendor=1',
      'idempotency-key': 'order 7',
    };
    const query = `version=${version}&timeout=500&cmdline=a+b`;
    expect((await send('POST', `/v1/invoke/demo/echo?${query}`, { headers })).status).toBe(200);
    expect(runtime.started[0]).toMatchObject({
      version,
      timeoutMs: 500,
      cmdline: 'a b',
      traceparent: headers.traceparent,
      tracestate: 'vendor=1',
      idempotencyKey: 'order 7',
    });
  });

  it('says how a call failed, with its id', async () => {
    const failed: FakeFunction = async () => ({
      status: 'failed',
      returnValue: 3,
      error: { code: 'FUNCTION_FAILED', message: 'It returned 3.' },
    });
    const answer = await openApi({ 'demo/failed': failed }).send('POST', '/v1/invoke/demo/failed');
    expect(outcome(answer)).toEqual([500, 'FUNCTION_FAILED']);
    expect(answer.headers['x-faasm-times']).toContain('run=1.5');
    expect(JSON.parse(answer.text)).toEqual({
      code: 'FUNCTION_FAILED',
      message: 'It returned 3.',
      call: 1001,
      returnValue: 3,
    });
  });

  it.each([
    ['/v1/invoke/demo/nothing', 404, 'FUNCTION_NOT_FOUND'],
    ['/v1/invoke/demo/echo?version=deadbeef', 404, 'FUNCTION_NOT_FOUND'],
    ['/v1/invoke/demo/echo?timeout=0', 400, 'BAD_REQUEST'],
    ['/v1/invoke/demo/echo?stream=1&async=1', 400, 'BAD_REQUEST'],
    ['/v1/invoke/demo/echo?stream=1&wait=5', 400, 'BAD_REQUEST'],
    ['/v1/invoke/demo/echo?input=x', 400, 'BAD_REQUEST'],
  ])('refuses %s', async (target, status, code) => {
    expect(outcome(await openApi({ 'demo/echo': echo }).send('POST', target))).toEqual([status, code]);
  });

  it('refuses an idempotency key that no header can hold, or is too long', async () => {
    const { runtime, send } = openApi({ 'demo/echo': echo });
    for (const key of ['', 'x'.repeat(256), 'é']) {
      const answer = await send('POST', '/v1/invoke/demo/echo', { headers: { 'idempotency-key': key } });
      expect(outcome(answer)).toEqual([400, 'BAD_REQUEST']);
      expect(JSON.parse(answer.text).message).toContain('Header "Idempotency-Key"');
    }
    expect(runtime.started).toEqual([]);
  });
});

describe('POST /v1/invoke: clients that go away', () => {
  it('end their call', async () => {
    const { runtime, send } = openApi({ 'demo/wait': untilAborted });
    const onDisconnect = (disconnect: () => void): void => void setTimeout(disconnect, 5);
    const answer = await send('POST', '/v1/invoke/demo/wait', { onDisconnect });
    expect(outcome(answer)).toEqual([499, 'CANCELLED']);
    expect(runtime.cancelled).toEqual([1001]);
  });

  it.each([
    ['/v1/invoke/demo/echo?async=1', {}],
    ['/v1/invoke/demo/echo?wait=5', {}],
    ['/v1/invoke/demo/echo', { 'idempotency-key': 'k' }],
  ])('do not end %s with %j', async (target, headers) => {
    const { runtime, send } = openApi({ 'demo/echo': echo });
    await send('POST', target, { headers, onDisconnect: (disconnect) => disconnect() });
    expect(runtime.cancelled).toEqual([]);
    expect(runtime.started[0]).toMatchObject({ detached: true });
  });
});

describe('POST /v1/invoke: waiting', () => {
  it('not at all, with async', async () => {
    const { run, end } = held();
    const { send } = openApi({ 'demo/held': run });
    const answer = await send('POST', '/v1/invoke/demo/held?async=1');
    expect(answer.status).toBe(202);
    expect(answer.headers).toMatchObject({ location: '/v1/calls/1001', 'x-faasm-call': '1001' });
    expect(JSON.parse(answer.text)).toEqual({
      id: 1001,
      user: 'demo',
      function: 'held',
      version: FAKE_VERSION,
      state: 'running',
      times: { submittedAt: expect.stringMatching(/^\d{4}-.*Z$/) },
    });
    end('done');
    expect((await send('GET', '/v1/calls/1001/result?wait=1000')).text).toBe('done');
  });

  it('so long, then 202', async () => {
    const { run, end } = held();
    const { send } = openApi({ 'demo/held': run, 'demo/echo': echo });
    expect((await send('POST', '/v1/invoke/demo/held?wait=20')).status).toBe(202);
    end('');
    expect(await send('POST', '/v1/invoke/demo/echo?wait=1000', { body: 'x' })).toMatchObject({
      status: 200,
      text: 'x',
    });
  });

  it('together, with the same idempotency key', async () => {
    const { run, end } = held();
    const { runtime, send } = openApi({ 'demo/held': run });
    const headers = { 'idempotency-key': 'k' };
    const answers = [1, 2].map(() => send('POST', '/v1/invoke/demo/held', { headers }));
    setTimeout(() => end('once'), 5);
    expect((await Promise.all(answers)).map(({ text }) => text)).toEqual(['once', 'once']);
    expect(runtime.started).toHaveLength(1);
  });
});

describe('POST /v1/invoke?stream=1', () => {
  const STREAM = '/v1/invoke/demo/f?stream=1';

  it('answers with the first byte, and sends the rest as it comes', async () => {
    const { run, end } = held();
    const { api } = openApi({
      'demo/f': (request, signal, output) => {
        output.push(Buffer.from('first '));
        return run(request, signal, output);
      },
    });
    const answer = await api(testRequest('POST', STREAM));
    expect(answer).toMatchObject({ status: 200, headers: { 'x-faasm-call': '1001', 'x-faasm-version': FAKE_VERSION } });
    const chunks = (answer.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    expect(String((await chunks.next()).value)).toBe('first ');
    end('second');
    expect(Buffer.from((await chunks.next()).value).toString()).toBe('second');
    expect((await chunks.next()).done).toBe(true);
  });

  it('has the status of a failure before the first byte', async () => {
    const failing: FakeFunction = async () => {
      throw new FaasmError('TIMEOUT', 'It ran past 5 ms.');
    };
    expect(outcome(await openApi({ 'demo/f': failing }).send('POST', STREAM))).toEqual([504, 'TIMEOUT']);
  });

  it('is the whole answer when the call has ended by then', async () => {
    const { send } = openApi({ 'demo/f': async () => 'all' });
    expect(await send('POST', STREAM)).toMatchObject({ status: 200, text: 'all', streamed: false });
    const empty = openApi({ 'demo/f': async () => '' });
    expect(await empty.send('POST', STREAM)).toMatchObject({ status: 200, text: '' });
  });

  it('breaks off when the call fails after the first byte', async () => {
    const failing: FakeFunction = async (_, _signal, output) => {
      output.push(Buffer.from('half'));
      await new Promise((resolve) => setTimeout(resolve, 5));
      throw new FaasmError('GUEST_TRAP', 'unreachable');
    };
    await expect(send(openApi({ 'demo/f': failing }).api, 'POST', STREAM)).rejects.toThrow('GUEST_TRAP');
  });

  it('ends the call when the client goes away', async () => {
    const { runtime, api } = openApi({
      'demo/f': (request, signal, output) => {
        output.push(Buffer.from('first'));
        return untilAborted(request, signal, output);
      },
    });
    let disconnect = (): void => {};
    const answer = await api(testRequest('POST', STREAM, { onDisconnect: (listener) => (disconnect = listener) }));
    expect(answer.status).toBe(200);
    disconnect();
    expect(runtime.cancelled).toEqual([1001]);
  });
});
