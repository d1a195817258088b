import { describe, expect, it } from '@jest/globals';
import { FaasmError } from '../../../src/core/errors.ts';
import { endedStream } from '../../../src/core/output-stream.ts';
import { FAKE_KEPT_BYTES, type FakeFunction, type FakeRuntime } from '../../support/fake-runtime.ts';
import { openApi, outcome, type TestAnswer, type TestApi, type TestRequest } from './support.ts';

const echo: FakeFunction = async ({ input }) => [input as Uint8Array];

interface Open extends TestApi {
  readonly runtime: FakeRuntime;
  readonly post: (json: unknown, options?: TestRequest) => Promise<TestAnswer>;
}

function open(functions: Readonly<Record<string, FakeFunction>> = { 'demo/echo': echo }): Open {
  const api = openApi(functions);
  const post = (json: unknown, options: TestRequest = {}): Promise<TestAnswer> =>
    api.send('POST', '/', { body: typeof json === 'string' ? json : JSON.stringify(json), ...options });
  return { ...api, post };
}

const ECHO = { user: 'demo', function: 'echo', input_data: 'Hello é' };

describe("Faasm's request: synchronous calls", () => {
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
    expect(runtime.started[0]).toMatchObject({ cmdline: 'a b', traceparent });
    expect(runtime.started[1]).not.toHaveProperty('traceparent');
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
    expect(JSON.parse(json.text)).toEqual({
      code: 'FUNCTION_FAILED',
      message: 'It returned 3.',
      call: 1003,
      returnValue: 3,
    });
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

describe("Faasm's request: asynchronous calls", () => {
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
    expect(outcome(await post({ status: true, id: 5 }))).toEqual([404, 'CALL_NOT_FOUND']);
    expect(outcome(await post({ user: 'other', status: true, id: Number(text) }))).toEqual([404, 'CALL_NOT_FOUND']);
  });
});

describe("Faasm's request: malformed requests", () => {
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
    [{ ...ECHO, input_data_base64: 'AA==' }, 'send one of them'],
    [{ user: 'demo', function: 'echo', input_data_base64: '!' }, '"input_data_base64" is not base64'],
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

  it.each([
    [{ ...ECHO, python: true, py_user: 'python', py_func: 'hello' }, '"python" is true'],
    [{ ...ECHO, mpi: true, mpi_world_size: 5 }, '"mpi" is true'],
    [{ ...ECHO, sgx: true }, '"sgx" is true'],
    [{ ...ECHO, index: 2 }, '"index" is 2'],
  ])('answers %j with 501: ignored it would run something else', async (json, part) => {
    const answer = await open().post(json);
    expect(outcome(answer)).toEqual([501, 'NOT_SUPPORTED']);
    expect(answer.text).toContain(part);
  });

  it('answers a defect of the runtime as INTERNAL', async () => {
    const { runtime, post } = open();
    runtime.start = async () => {
      throw new TypeError('boom');
    };
    expect(outcome(await post(ECHO))).toEqual([500, 'INTERNAL']);
  });
});

describe("Faasm's request: what it says besides", () => {
  it('takes input that is no text', async () => {
    const { runtime, post } = open();
    await post({ user: 'demo', function: 'echo', input_data_base64: 'AP/+' });
    expect(runtime.started[0]?.input).toEqual(Uint8Array.of(0, 255, 254));
  });

  it('finds the entry of an AssemblyScript module without being told', async () => {
    expect(await open().post({ ...ECHO, typescript: true, record_exec_graph: true })).toMatchObject({ status: 200 });
  });

  it('flushes', async () => {
    const { runtime, post } = open();
    expect(await post({ flush: true })).toMatchObject({ status: 200, text: 'Flush sent' });
    expect(runtime.flushes.count).toBe(1);
  });

  it('answers the trace context of the call', async () => {
    expect((await open().post(ECHO)).headers['traceparent']).toMatch(/^00-1{32}-2{16}-00$/);
  });

  it('says that a large output is not kept', async () => {
    const { post } = open({ 'demo/big': async () => [new Uint8Array(FAKE_KEPT_BYTES + 1)] });
    const { text } = await post({ user: 'demo', function: 'big', async: true });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(outcome(await post({ status: true, id: Number(text) }))).toEqual([410, 'RESULT_NOT_KEPT']);
  });
});

describe("Faasm's first edge server", () => {
  it.each(['/f/demo/echo', '/t/demo/echo'])('answers POST %s with the output', async (path) => {
    const { send } = open();
    expect(await send('POST', path, { body: 'raw \u00e9' })).toMatchObject({ status: 200, text: 'raw \u00e9' });
  });

  it.each(['/fa/demo/echo', '/ta/demo/echo'])('answers POST %s with the id', async (path) => {
    const { runtime, send } = open();
    expect(await send('POST', path, { body: 'raw' })).toMatchObject({ status: 200, text: '1001' });
    expect(runtime.started[0]).toMatchObject({ detached: true });
  });
});

describe("Faasm's request of users", () => {
  it('reaches their own functions and calls only', async () => {
    const { as } = open({ 'alice/echo': echo, 'bob/echo': echo });
    const json = (value: unknown): TestRequest => ({ body: JSON.stringify(value) });
    const own = await as('alice', 'POST', '/', json({ user: 'alice', function: 'echo', async: true }));
    expect(own.status).toBe(200);
    const other = json({ user: 'bob', function: 'echo' });
    expect(outcome(await as('alice', 'POST', '/', other))).toEqual([403, 'FORBIDDEN']);
    const missing = json({ user: 'bob', function: 'nothing' });
    expect(outcome(await as('alice', 'POST', '/', missing))).toEqual([403, 'FORBIDDEN']);
    const status = json({ status: true, id: Number(own.text) });
    expect(outcome(await as('bob', 'POST', '/', status))).toEqual([404, 'CALL_NOT_FOUND']);
    expect((await as('alice', 'POST', '/', status)).text).toMatch(/^SUCCESS: /);
    expect((await as('admin', 'POST', '/', status)).text).toMatch(/^SUCCESS: /);
    expect(outcome(await as('alice', 'POST', '/', json({ flush: true })))).toEqual([403, 'FORBIDDEN']);
  });
});
