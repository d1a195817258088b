import { describe, expect, it } from '@jest/globals';
import type { ApiHandler } from '../../../src/api/http.ts';
import { invokeApi } from '../../../src/api/invoke-api.ts';
import { FaasmError } from '../../../src/core/errors.ts';
import { endedStream } from '../../../src/core/output-stream.ts';
import { type FakeRuntime, fakeRuntime } from '../../support/fake-runtime.ts';
import { send, type TestAnswer, type TestRequest } from './support.ts';

const echo = async (request: { input: unknown }): Promise<Uint8Array[]> => [request.input as Uint8Array];

function open(functions: Parameters<typeof fakeRuntime>[0] = { 'demo/echo': echo }): {
  runtime: FakeRuntime;
  post: (json: unknown, options?: TestRequest) => Promise<TestAnswer>;
  api: ApiHandler;
} {
  const runtime = fakeRuntime(functions);
  const api = invokeApi(runtime, { maxInvokeBytes: 1000 });
  const post = (json: unknown, options: TestRequest = {}): Promise<TestAnswer> =>
    send(api, 'POST', '/', { body: typeof json === 'string' ? json : JSON.stringify(json), ...options });
  return { runtime, post, api };
}

const ECHO = { user: 'demo', function: 'echo', input_data: 'Hello é' };

describe('invoke API: synchronous calls', () => {
  it('answers the output as it is and says how the call ran', async () => {
    const answer = await open().post(ECHO);
    expect(answer).toMatchObject({ status: 200, text: 'Hello é', streamed: false });
    expect(answer.headers).toMatchObject({
      'x-faasm-call': '1001',
      'x-faasm-start': 'restored',
      'x-faasm-layer': 'portable',
    });
    expect(answer.headers['x-faasm-error']).toBeUndefined();
  });

  it('hands cmdline and a well-formed traceparent to the call', async () => {
    const { runtime, post } = open();
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await post({ ...ECHO, cmdline: 'a b' }, { headers: { traceparent } });
    await post(ECHO, { headers: { traceparent: 'nonsense' } });
    expect(runtime.calls[0]).toMatchObject({ cmdline: 'a b', traceparent });
    expect(runtime.calls[1]).not.toHaveProperty('traceparent');
  });

  it('streams a large output of several chunks with its length', async () => {
    const chunk = new Uint8Array(50_000).fill(97);
    const answer = await open({ 'demo/big': async () => [chunk, chunk] }).post({ user: 'demo', function: 'big' });
    expect(answer).toMatchObject({ status: 200, streamed: true, headers: { 'content-length': '100000' } });
    expect(answer.text).toBe('a'.repeat(100_000));
  });

  it('says how a function failed', async () => {
    const failed = async (): Promise<object> => ({
      status: 'failed',
      returnValue: 3,
      error: { code: 'FUNCTION_FAILED', message: 'It returned 3.' },
      output: endedStream(new Uint8Array([1])),
    });
    const timeout = async (): Promise<string> => {
      throw new FaasmError('TIMEOUT', 'It ran past 5 ms.');
    };
    const { post } = open({ 'demo/failed': failed, 'demo/timeout': timeout });
    expect(await post({ user: 'demo', function: 'failed' })).toMatchObject({
      status: 500,
      text: 'Call failed (return value=3)',
      headers: { 'x-faasm-error': 'FUNCTION_FAILED', 'x-faasm-call': '1001' },
    });
    expect(await post({ user: 'demo', function: 'timeout' })).toMatchObject({
      status: 504,
      text: 'TIMEOUT: It ran past 5 ms.',
      headers: { 'x-faasm-error': 'TIMEOUT', 'x-faasm-start': 'restored' },
    });
    const json = await post({ user: 'demo', function: 'failed' }, { headers: { accept: 'application/json' } });
    expect(JSON.parse(json.text)).toEqual({ code: 'FUNCTION_FAILED', message: 'It returned 3.' });
  });

  it('cancels the call when its client goes away', async () => {
    const { runtime, post } = open({
      'demo/wait': (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new FaasmError('CANCELLED', 'cancelled')));
        }),
    });
    await post({ user: 'demo', function: 'wait' }, { onDisconnect: (disconnect) => setTimeout(disconnect, 5) });
    expect(runtime.cancelled).toEqual([1001]);
  });

  it('does not cancel an asynchronous call', async () => {
    const { runtime, post } = open();
    await post({ ...ECHO, async: true }, { onDisconnect: (disconnect) => disconnect() });
    expect(runtime.cancelled).toEqual([]);
  });
});

describe('invoke API: asynchronous calls', () => {
  it('answers the id, then the status as often as it is asked', async () => {
    let finish = (_: string): void => {};
    const { post } = open({
      'demo/slow': () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    });
    const { text } = await post({ user: 'demo', function: 'slow', async: true });
    expect(text).toBe('1001');
    const poll = (): Promise<TestAnswer> => post({ user: 'demo', function: 'slow', status: true, id: Number(text) });
    expect(await poll()).toMatchObject({ status: 200, text: 'RUNNING' });
    finish('done');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await poll()).toMatchObject({ status: 200, text: 'SUCCESS: done' });
    expect(await poll()).toMatchObject({ status: 200, text: 'SUCCESS: done' });
  });

  it('tells the error of a failed call, with the output there was', async () => {
    const { post } = open({
      'demo/failed': async () => ({
        status: 'failed',
        returnValue: 1,
        error: { code: 'FUNCTION_FAILED', message: 'It returned 1.' },
        output: endedStream(Buffer.from('so far')),
      }),
    });
    const { text } = await post({ user: 'demo', function: 'failed', async: true });
    const answer = await post({ status: true, id: Number(text) });
    expect(answer).toMatchObject({ status: 200, text: 'FAILED: Call failed (return value=1)\nso far' });
  });

  it('knows no other ids, and not the calls of others', async () => {
    const { post } = open();
    const { text } = await post({ ...ECHO, async: true });
    const code = (answer: TestAnswer): unknown => [answer.status, answer.headers['x-faasm-error']];
    expect(code(await post({ status: true, id: 5 }))).toEqual([404, 'CALL_NOT_FOUND']);
    expect(code(await post({ user: 'other', status: true, id: Number(text) }))).toEqual([404, 'CALL_NOT_FOUND']);
  });
});

describe('invoke API: malformed requests', () => {
  it.each([
    ['', 'Empty request'],
    [{}, 'Empty user'],
    [{ user: '', function: 'echo' }, 'Empty user'],
    [{ user: 'demo' }, 'Empty function'],
    [{ user: 'demo', function: '' }, 'Empty function'],
  ])('answers %j with the words of Faasm', async (json, text) => {
    const answer = await open().post(json);
    expect(answer).toMatchObject({ status: 400, text, headers: { 'x-faasm-error': 'BAD_REQUEST' } });
  });

  it.each([
    ['{"user":', 'not JSON'],
    ['[]', 'must be a JSON object'],
    ['"text"', 'must be a JSON object'],
    ['null', 'must be a JSON object'],
    [{ ...ECHO, user: 5 }, '"user" must be a string, not 5'],
    [{ ...ECHO, function: ['x'] }, '"function" must be a string, not an array'],
    [{ ...ECHO, input_data: {} }, '"input_data" must be a string, not an object'],
    [{ ...ECHO, async: 'true' }, '"async" must be a boolean, not "true"'],
    [{ ...ECHO, cmdline: 1 }, '"cmdline" must be a string'],
    [{ status: true, id: '7' }, '"id" must be an integer'],
    [{ status: true, id: 1.5 }, '"id" must be an integer'],
    [{ status: true, id: -1 }, '"id" must be an integer'],
    [{ status: true, id: 2 ** 60 }, '"id" must be an integer'],
    [{ status: 1, id: 1 }, '"status" must be a boolean'],
    [{ status: true }, '"id" is missing'],
    [{ ...ECHO, python: true }, '"python" is true'],
    [{ ...ECHO, mpi: true }, '"mpi" is true'],
    [{ flush: true }, '"flush" is true'],
  ])('answers %j with 400 and says why', async (json, part) => {
    const answer = await open().post(json);
    expect(answer).toMatchObject({ status: 400, headers: { 'x-faasm-error': 'BAD_REQUEST' } });
    expect(answer.text).toContain(part);
  });

  it('refuses what is not UTF-8', async () => {
    const answer = await open().post('', { body: Buffer.from([0x7b, 0xff, 0x7d]) });
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('UTF-8') });
  });

  it('ignores null and fields that it does not know, however they are called', async () => {
    const body = '{"user":"demo","function":"echo","input_data":null,"__proto__":{"async":true},"hops":3}';
    expect(await open().post(body)).toMatchObject({ status: 200, text: '' });
  });

  it('refuses bad names and unknown functions', async () => {
    const { post } = open();
    expect((await post({ user: '../x', function: 'y' })).headers['x-faasm-error']).toBe('INVALID_NAME');
    const missing = await post({ user: 'demo', function: 'nothing' });
    expect(missing).toMatchObject({ status: 404, headers: { 'x-faasm-error': 'FUNCTION_NOT_FOUND' } });
  });

  it('refuses other paths and methods', async () => {
    const { api } = open();
    expect(await send(api, 'GET', '/')).toMatchObject({ status: 405 });
    expect(await send(api, 'POST', '/x')).toMatchObject({ status: 404 });
    expect(await send(api, 'GET', '/healthz')).toMatchObject({ status: 200, text: 'ok\n' });
  });

  it('answers a defect of the runtime as INTERNAL', async () => {
    const runtime = fakeRuntime();
    runtime.start = async () => {
      throw new TypeError('boom');
    };
    const answer = await send(invokeApi(runtime, { maxInvokeBytes: 1000 }), 'POST', '/', {
      body: JSON.stringify(ECHO),
    });
    expect(answer).toMatchObject({ status: 500, headers: { 'x-faasm-error': 'INTERNAL' } });
  });
});
