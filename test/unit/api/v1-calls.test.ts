import { describe, expect, it } from '@jest/globals';
import { FaasmError } from '../../../src/core/errors.ts';
import { DEFAULT_LIMITS } from '../../../src/core/limits.ts';
import { FAKE_KEPT_BYTES, FAKE_VERSION, type FakeFunction } from '../../support/fake-runtime.ts';
import { openApi, outcome, type TestAnswer, type TestApi } from './support.ts';

const waiting: FakeFunction = (_, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new FaasmError('CANCELLED', 'The call was cancelled.')));
  });
const FUNCTIONS: Readonly<Record<string, FakeFunction>> = {
  'alice/hello': async () => 'Hello',
  'alice/logs': async () => ({ log: Buffer.from('one\ntwo\n') }),
  'alice/wait': waiting,
  'alice/big': async () => [new Uint8Array(FAKE_KEPT_BYTES + 1)],
  'alice/fails': async () => ({
    status: 'failed',
    returnValue: 3,
    error: { code: 'FUNCTION_FAILED', message: 'It returned 3.' },
  }),
  'bob/hello': async () => 'Hello',
};
const json = (answer: TestAnswer): Record<string, unknown> => JSON.parse(answer.text);

/** Starts calls and waits for those that end. */
async function calls(...names: readonly string[]): Promise<TestApi> {
  const api = openApi(FUNCTIONS, { auth: 'tokens' });
  for (const name of names) {
    const { text } = await api.as('admin', 'POST', `/v1/invoke/${name}?async=1`);
    if (!name.endsWith('wait')) await api.as('admin', 'GET', `/v1/calls/${JSON.parse(text).id}?wait=1000`);
  }
  return api;
}

describe('GET /v1/calls/{call}', () => {
  it('says what is known of a call', async () => {
    const { as } = await calls('alice/hello');
    expect(json(await as('alice', 'GET', '/v1/calls/1001'))).toEqual({
      id: 1001,
      user: 'alice',
      function: 'hello',
      version: FAKE_VERSION,
      state: 'success',
      returnValue: 0,
      start: 'restored',
      layer: 'portable',
      times: { submittedAt: expect.stringContaining('T'), queuedMs: 0.25, initMs: 0, runMs: 1.5 },
      peakMemoryBytes: 65_536,
      outputBytes: 5,
      logBytes: 0,
      peakFileBytes: 0,
      peakOpenFiles: 4,
      limits: DEFAULT_LIMITS,
      attempt: 1,
      host: 'fake',
      thread: 0,
      traceparent: expect.any(String),
    });
  });

  it('has the error of a call that failed', async () => {
    const { as } = await calls('alice/fails');
    expect(json(await as('alice', 'GET', '/v1/calls/1001'))).toMatchObject({
      state: 'failed',
      returnValue: 3,
      error: { code: 'FUNCTION_FAILED', message: 'It returned 3.' },
    });
  });

  it('waits for a call that is under way, so long', async () => {
    const { runtime, as } = await calls('alice/wait');
    expect(json(await as('alice', 'GET', '/v1/calls/1001?wait=10'))).toMatchObject({ state: 'running' });
    setTimeout(() => runtime.cancel(1001), 5);
    expect(json(await as('alice', 'GET', '/v1/calls/1001?wait=10000'))).toMatchObject({ state: 'failed' });
  });
});

describe('GET /v1/calls/{call}/result', () => {
  it('is the output, any number of times', async () => {
    const { as } = await calls('alice/hello');
    for (let i = 0; i < 3; i += 1) {
      const answer = await as('alice', 'GET', '/v1/calls/1001/result');
      expect(answer).toMatchObject({ status: 200, text: 'Hello', headers: { 'x-faasm-call': '1001' } });
      expect(answer.headers['x-faasm-times']).toMatch(/^queued=\d+\.\d, init=\d+\.\d, run=\d+\.\d/);
    }
  });

  it('is the record while the call is under way', async () => {
    const { as } = await calls('alice/wait');
    const answer = await as('alice', 'GET', '/v1/calls/1001/result?wait=5');
    expect(answer).toMatchObject({ status: 202, headers: { location: '/v1/calls/1001' } });
    expect(json(answer)).toMatchObject({ id: 1001, state: 'running' });
  });

  it('is the error of a call that failed', async () => {
    const { as } = await calls('alice/fails');
    const answer = await as('alice', 'GET', '/v1/calls/1001/result');
    expect(outcome(answer)).toEqual([500, 'FUNCTION_FAILED']);
    expect(json(answer)).toEqual({ code: 'FUNCTION_FAILED', message: 'It returned 3.', call: 1001, returnValue: 3 });
  });

  it('is gone when the output was too large to be kept', async () => {
    const { as } = await calls('alice/big');
    expect(outcome(await as('alice', 'GET', '/v1/calls/1001/result'))).toEqual([410, 'RESULT_NOT_KEPT']);
    expect(json(await as('alice', 'GET', '/v1/calls/1001'))).toMatchObject({ outputBytes: FAKE_KEPT_BYTES + 1 });
  });
});

describe('GET /v1/calls/{call}/log', () => {
  it('is what the call wrote to its log', async () => {
    const { as } = await calls('alice/logs', 'alice/wait');
    const answer = await as('alice', 'GET', '/v1/calls/1001/log');
    expect(answer).toMatchObject({ text: 'one\ntwo\n', headers: { 'content-type': 'text/plain; charset=utf-8' } });
    expect(await as('alice', 'GET', '/v1/calls/1002/log')).toMatchObject({ status: 200, text: '' });
  });
});

describe('DELETE /v1/calls/{call}', () => {
  it('cancels a call, once', async () => {
    const { as } = await calls('alice/wait');
    expect(json(await as('alice', 'DELETE', '/v1/calls/1001'))).toEqual({ cancelled: true });
    expect(outcome(await as('alice', 'GET', '/v1/calls/1001/result?wait=1000'))).toEqual([499, 'CANCELLED']);
    expect(json(await as('alice', 'DELETE', '/v1/calls/1001'))).toEqual({ cancelled: false });
  });
});

describe('calls of others', () => {
  it.each([
    ['GET', ''],
    ['GET', '/result'],
    ['GET', '/log'],
    ['DELETE', ''],
  ])('are as unknown as none: %s …%s', async (method, rest) => {
    const { runtime, as } = await calls('alice/wait');
    const other = await as('bob', method, `/v1/calls/1001${rest}`);
    expect(outcome(other)).toEqual([404, 'CALL_NOT_FOUND']);
    expect(outcome(await as('bob', method, `/v1/calls/7${rest}`))).toEqual([404, 'CALL_NOT_FOUND']);
    expect(runtime.cancelled).toEqual([]);
    expect([200, 202]).toContain((await as('admin', method, `/v1/calls/1001${rest}`)).status);
  });
});

describe('GET /v1/calls', () => {
  const ids = async (api: TestApi, user: string, query: string): Promise<unknown> =>
    (json(await api.as(user, 'GET', `/v1/calls${query}`))['calls'] as { id: number }[]).map(({ id }) => id);

  it('lists them newest first, of those that are asked for', async () => {
    const api = await calls('alice/hello', 'bob/hello', 'alice/fails', 'alice/wait');
    expect(await ids(api, 'admin', '')).toEqual([1004, 1003, 1002, 1001]);
    expect(await ids(api, 'admin', '?limit=2')).toEqual([1004, 1003]);
    expect(await ids(api, 'admin', '?user=bob')).toEqual([1002]);
    expect(await ids(api, 'admin', '?function=hello')).toEqual([1002, 1001]);
    expect(await ids(api, 'admin', '?state=success&user=alice')).toEqual([1001]);
    expect(await ids(api, 'admin', '?state=running')).toEqual([1004]);
  });

  it("lists users' own", async () => {
    const api = await calls('alice/hello', 'bob/hello');
    expect(await ids(api, 'alice', '')).toEqual([1001]);
    expect(await ids(api, 'alice', '?user=alice')).toEqual([1001]);
    expect(outcome(await api.as('alice', 'GET', '/v1/calls?user=bob'))).toEqual([403, 'FORBIDDEN']);
  });
});
