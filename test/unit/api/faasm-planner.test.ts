import { describe, expect, it } from '@jest/globals';
import { FaasmError } from '../../../src/core/errors.ts';
import type { FakeFunction } from '../../support/fake-runtime.ts';
import { openApi, outcome, type TestAnswer, type TestApi } from './support.ts';

const echo: FakeFunction = async ({ input }) => [input as Uint8Array];
const waiting: FakeFunction = (_, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new FaasmError('CANCELLED', 'cancelled')));
  });
const fails: FakeFunction = async () => ({
  status: 'failed',
  returnValue: 3,
  error: { code: 'FUNCTION_FAILED', message: 'It returned 3.' },
});

const FUNCTIONS = { 'demo/echo': echo, 'demo/wait': waiting, 'demo/fails': fails };
const json = (answer: TestAnswer): Record<string, unknown> => JSON.parse(answer.text);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

function ask(api: TestApi, type: number | string, payload?: unknown, user?: string): Promise<TestAnswer> {
  const body = JSON.stringify({
    http_type: type,
    ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
  });
  return user === undefined ? api.send('POST', '/', { body }) : api.as(user, 'POST', '/', { body });
}

async function finished(api: TestApi, appId: number, user?: string): Promise<Record<string, unknown>> {
  for (;;) {
    const status = json(await ask(api, 'EXECUTE_BATCH_STATUS', { appId }, user));
    if (status['finished'] === true) return status;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe('planner: batches', () => {
  it('run all their messages and answer their results', async () => {
    const api = openApi(FUNCTIONS);
    const messages = ['one', 'two'].map((text, index) => ({
      id: 70 + index,
      appId: 7,
      user: 'demo',
      function: 'echo',
      input_data: base64(text),
      cmdline: 'a b',
      mpi_world_size: 0,
      isOmp: false,
    }));
    const asked = await ask(api, 10, { appId: 7, user: 'demo', function: 'echo', type: 'FUNCTIONS', messages });
    expect(asked).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
    expect(json(asked)).toEqual({ appId: 7, finished: false, messageResults: [], expectedNumMessages: 2 });
    const { messageResults, ...status } = await finished(api, 7);
    expect(status).toEqual({ appId: 7, finished: true, expectedNumMessages: 2 });
    expect(messageResults).toEqual(
      ['one', 'two'].map((text, index) => ({
        id: 70 + index,
        appId: 7,
        user: 'demo',
        function: 'echo',
        cmdline: 'a b',
        output_data: text,
        returnValue: 0,
        start_ts: expect.any(Number),
        finish_ts: expect.any(Number),
        executedHost: 'fake',
      })),
    );
    expect(api.runtime.started[0]).toMatchObject({
      detached: true,
      cmdline: 'a b',
      input: Uint8Array.from(Buffer.from('one')),
    });
  });

  it('get ids where they have none, and take the function of the batch', async () => {
    const api = openApi(FUNCTIONS);
    const asked = json(await ask(api, 10, { user: 'demo', function: 'echo', messages: [{}] }));
    const appId = Number(asked['appId']);
    expect(appId).toBeGreaterThan(0);
    expect(appId).toBeLessThan(2 ** 31);
    const { messageResults } = await finished(api, appId);
    expect((messageResults as { id: number }[])[0]?.id).toBeGreaterThan(0);
  });

  it('tell failures with the return value', async () => {
    const api = openApi(FUNCTIONS);
    await ask(api, 10, { appId: 7, user: 'demo', function: 'fails', messages: [{}] });
    expect((await finished(api, 7))['messageResults']).toMatchObject([
      { returnValue: 3, output_data: 'Call failed (return value=3)' },
    ]);
  });

  it('are counted while they run', async () => {
    const api = openApi(FUNCTIONS);
    await ask(api, 10, { appId: 7, user: 'demo', function: 'wait', messages: [{ id: 1 }, { id: 2 }] });
    expect(json(await ask(api, 11, { appId: 7 }))).toEqual({
      appId: 7,
      finished: false,
      messageResults: [],
      expectedNumMessages: 2,
    });
    expect(json(await ask(api, 8))).toEqual({
      apps: [{ appId: 7, size: 2, hostIps: ['fake', 'fake'] }],
      numMigrations: 0,
    });
    api.runtime.cancel(1001);
    api.runtime.cancel(1002);
    await finished(api, 7);
    expect(json(await ask(api, 8))).toEqual({ apps: [], numMigrations: 0 });
  });

  it('start as a whole or not at all', async () => {
    const api = openApi(FUNCTIONS);
    const messages = [{ function: 'wait' }, { function: 'nothing' }];
    const answer = await ask(api, 10, { appId: 7, user: 'demo', function: 'wait', messages });
    expect(outcome(answer)).toEqual([404, 'FUNCTION_NOT_FOUND']);
    expect(api.runtime.cancelled).toEqual([1001]);
    expect(outcome(await ask(api, 11, { appId: 7 }))).toEqual([404, 'CALL_NOT_FOUND']);
  });

  it('say so in the words that clients wait for when there is no room', async () => {
    const api = openApi(FUNCTIONS);
    api.runtime.start = async () => {
      throw new FaasmError('QUEUE_FULL', 'full');
    };
    const answer = await ask(api, 10, { appId: 7, user: 'demo', function: 'echo', messages: [{}] });
    expect(answer).toMatchObject({ status: 503, text: 'No available hosts' });
  });

  it.each([
    [{ appId: 7, user: 'demo', function: 'echo' }, 'Bad BatchExecRequest'],
    [{ appId: 7, user: 'demo', function: 'echo', messages: [] }, 'Bad BatchExecRequest'],
    [{ appId: 7, user: 'demo', function: 'echo', messages: [{ user: 'other' }] }, 'Bad BatchExecRequest'],
    [{ appId: 7, user: 'demo', function: 'echo', messages: [{ appId: 8 }] }, 'Bad BatchExecRequest'],
    [{ appId: 7, function: 'echo', messages: [{}] }, 'Empty user'],
    [{ appId: 7, user: 'demo', messages: [{}] }, 'Empty function'],
    [{ appId: 7, user: '../x', function: 'echo', messages: [{}] }, 'Invalid user name'],
    [{ appId: 'x', messages: [{}] }, 'Field "appId" must be an integer'],
    [{ appId: 7, user: 'demo', function: 'echo', messages: [{ input_data: '!' }] }, 'is not base64'],
    [[], 'The payload must be a JSON object'],
  ])('are refused: %j', async (payload, part) => {
    const api = openApi(FUNCTIONS);
    const answer = await ask(api, 10, payload);
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(part)]);
    expect(api.runtime.started).toEqual([]);
  });

  it('are refused when they need what there is not', async () => {
    const payload = { appId: 7, user: 'demo', function: 'echo', messages: [{ mpi: true }] };
    expect(outcome(await ask(openApi(FUNCTIONS), 10, payload))).toEqual([501, 'NOT_SUPPORTED']);
  });

  it('belong to who started them', async () => {
    const functions = { 'alice/echo': echo };
    const api = openApi(functions, { auth: 'tokens' });
    const payload = { appId: 7, user: 'alice', function: 'echo', messages: [{ id: 1 }] };
    expect(outcome(await ask(api, 10, payload, 'bob'))).toEqual([403, 'FORBIDDEN']);
    expect((await ask(api, 10, payload, 'alice')).status).toBe(200);
    await finished(api, 7, 'alice');
    const other = await ask(api, 11, { appId: 7 }, 'bob');
    expect(other).toMatchObject({ status: 404, text: 'App not registered in results' });
    expect((await ask(api, 7, { id: 1001 }, 'bob')).status).toBe(404);
  });
});

describe('planner: execution graphs', () => {
  it('have a node for the call, named by batch or by its own id', async () => {
    const api = openApi(FUNCTIONS);
    await ask(api, 10, { appId: 7, user: 'demo', function: 'echo', messages: [{ id: 70, input_data: base64('x') }] });
    await finished(api, 7);
    const node = { user: 'demo', function: 'echo', output_data: 'x', returnValue: 0 };
    expect(json(await ask(api, 7, { appId: 7, id: 70 }))).toMatchObject({
      root: { msg: { ...node, id: 70, appId: 7 } },
    });
    expect(json(await ask(api, 'GET_EXEC_GRAPH', { id: 1001 }))).toMatchObject({
      root: { msg: { ...node, id: 1001 } },
    });
    expect(await ask(api, 7, { id: 5 })).toMatchObject({ status: 404, text: 'Failed getting exec. graph!' });
  });
});

describe('planner: the host', () => {
  it('is described', async () => {
    const api = openApi();
    expect(json(await ask(api, 5))).toEqual({
      hosts: [{ ip: 'fake', slots: 4, usedSlots: 0, registerTs: { epochMs: 1_750_000_000_000 } }],
    });
    expect(json(await ask(api, 'GET_CONFIG'))).toEqual({ ip: 'fake', numThreadsHttpServer: 1 });
  });

  it.each([
    [1, 'Planner fully reset!', 1],
    [2, 'Flushed available hosts!', 0],
    [3, 'Flushed executors!', 1],
    ['FLUSH_SCHEDULING_STATE', 'Flushed scheduling state!', 0],
  ])('is flushed by %j', async (type, text, flushes) => {
    const api = openApi(FUNCTIONS);
    await ask(api, 10, { appId: 7, user: 'demo', function: 'echo', messages: [{}] });
    expect(await ask(api, type)).toMatchObject({ status: 200, text });
    expect(api.runtime.flushes.count).toBe(flushes);
    const forgotten = type === 1 || type === 'FLUSH_SCHEDULING_STATE';
    expect((await ask(api, 11, { appId: 7 })).status).toBe(forgotten ? 404 : 200);
  });

  it.each([1, 2, 3, 4, 5, 6])('is for administrators: %i', async (type) => {
    expect(outcome(await ask(openApi(), type, undefined, 'alice'))).toEqual([403, 'FORBIDDEN']);
  });

  it.each([0, 9, 12, 13, 14, 15, 16, 99, 'NO_TYPE', '', 'toString', 'constructor'])(
    'does not serve %j',
    async (type) => {
      expect(outcome(await ask(openApi(), type))).toEqual([501, 'NOT_SUPPORTED']);
    },
  );

  it.each([7, 10, 11])('says when the payload of %i is no JSON', async (type) => {
    const { send } = openApi();
    for (const body of [{ http_type: type }, { http_type: type, payload: '{' }]) {
      const answer = await send('POST', '/', { body: JSON.stringify(body) });
      expect(answer).toMatchObject({ status: 400, text: "Bad JSON in body's payload" });
    }
  });
});
