import { describe, expect, it } from '@jest/globals';
import { openApi, outcome, send, type TestAnswer } from './support.ts';

const json = (answer: TestAnswer): Record<string, unknown> => JSON.parse(answer.text);
const bodies = { invoke: 1000, upload: 100, state: 16 * 1024 * 1024, file: 300 };
const PATH = '/v1/state/demo/a/b';

/** An API with `0123456789` at {@link PATH}, and its ETag. */
async function withValue(value = '0123456789') {
  const opened = openApi({}, { bodies });
  const put = await opened.send('PUT', PATH, { body: value });
  return { ...opened, etag: put.headers['etag'] ?? '' };
}

describe('ranges of a state value', () => {
  it.each([
    ['bytes=0-3', '0123', 'bytes 0-3/10'],
    ['bytes=4-', '456789', 'bytes 4-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-30', '0123456789', 'bytes 0-9/10'],
    ['bytes=8-100', '89', 'bytes 8-9/10'],
    ['bytes=9-9', '9', 'bytes 9-9/10'],
  ])('%s', async (range, text, contentRange) => {
    const { send, etag } = await withValue();
    for (const path of [PATH, '/s/demo/a/b']) {
      const answer = await send('GET', path, { headers: { range } });
      expect(answer).toMatchObject({ status: 206, text });
      expect(answer.headers).toMatchObject({
        etag,
        'content-range': contentRange,
        'content-length': String(text.length),
      });
    }
  });

  it.each(['bytes=10-', 'bytes=10-12', 'bytes=-0'])('%s has no bytes', async (range) => {
    const { send } = await withValue();
    const answer = await send('GET', PATH, { headers: { range } });
    expect(outcome(answer)).toEqual([416, 'RANGE_NOT_SATISFIABLE']);
    expect(answer.headers['content-range']).toBe('bytes */10');
  });

  it.each(['bytes=0-1,3-4', 'lines=0-1', 'bytes=5-2', 'bytes=-', 'bytes=a-b'])('%s is ignored', async (range) => {
    const { send } = await withValue();
    expect(await send('GET', PATH, { headers: { range } })).toMatchObject({ status: 200, text: '0123456789' });
  });

  it('is sent of the version that If-Range names only', async () => {
    const { send, etag } = await withValue();
    const range = 'bytes=0-0';
    expect(await send('GET', PATH, { headers: { range, 'if-range': etag } })).toMatchObject({ status: 206, text: '0' });
    expect((await send('GET', PATH, { headers: { range, 'if-range': '"1"' } })).status).toBe(200);
  });

  it('is written by PATCH', async () => {
    const { send, etag } = await withValue();
    expect(json(await send('PATCH', `${PATH}?offset=8`, { body: 'xy' }))).toEqual({ written: 2 });
    expect(json(await send('PATCH', PATH, { body: 'z' }))).toEqual({ written: 1 });
    const now = await send('GET', PATH);
    expect(now.text).toBe('z1234567xy');
    expect(now.headers['etag']).not.toBe(etag);
    expect(outcome(await send('PATCH', `${PATH}?offset=9`, { body: 'xy' }))).toEqual([409, 'STATE_SIZE_MISMATCH']);
    expect(outcome(await send('PATCH', '/v1/state/demo/none', { body: 'x' }))).toEqual([404, 'STATE_NOT_FOUND']);
    for (const path of [PATH, '/s/demo/a/b']) {
      const answer = await send('PUT', path, { headers: { 'content-range': 'bytes 0-0/10' }, body: 'x' });
      expect([path, ...outcome(answer)]).toEqual([path, 400, 'BAD_REQUEST']);
    }
    expect((await send('GET', PATH)).text).toBe('z1234567xy');
  });
});

describe('PATCH of a state value', () => {
  it('writes into the version that was read, and no other, and tells the new one', async () => {
    const { send, etag } = await withValue();
    const patch = (headers: Record<string, string>, path = PATH) => send('PATCH', path, { headers, body: 'x' });
    const first = await patch({ 'if-match': etag });
    expect([first.status, first.headers['etag']]).toEqual([200, (await send('HEAD', PATH)).headers['etag']]);
    expect(outcome(await patch({ 'if-match': etag }))).toEqual([412, 'PRECONDITION_FAILED']);
    expect(outcome(await patch({ 'if-none-match': '*' }))).toEqual([412, 'PRECONDITION_FAILED']);
    expect((await patch({ 'if-match': '*' })).status).toBe(200);
    expect(outcome(await patch({ 'if-none-match': '*' }, '/v1/state/demo/none'))).toEqual([404, 'STATE_NOT_FOUND']);
    expect((await send('GET', '/v1/state/demo/none')).status).toBe(404);
  });

  it('of many that read one version, one writes', async () => {
    const { send, etag } = await withValue();
    const statuses = await Promise.all(
      Array.from({ length: 10 }, async () => {
        return (await send('PATCH', PATH, { headers: { 'if-match': etag }, body: 'x' })).status;
      }),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(9);
  });
});

describe('HEAD of a state value', () => {
  it('says what GET would, without reading', async () => {
    const { send, runtime, etag } = await withValue();
    const reads: unknown[] = [];
    Object.assign(runtime.state, { read: async (...args: unknown[]) => void reads.push(args) });
    const answer = await send('HEAD', PATH);
    expect(answer).toMatchObject({ status: 200, text: '', headers: { etag, 'content-length': '10' } });
    expect(await send('HEAD', PATH, { headers: { range: 'bytes=2-4' } })).toMatchObject({
      status: 206,
      headers: { 'content-length': '3', 'content-range': 'bytes 2-4/10' },
    });
    expect((await send('HEAD', '/v1/state/demo/none')).status).toBe(404);
    expect(reads).toEqual([]);
  });
});

describe('conditions on a state value', () => {
  it('GET', async () => {
    const { send, etag } = await withValue();
    const get = async (headers: Record<string, string>) => (await send('GET', PATH, { headers })).status;
    expect(await get({ 'if-match': etag })).toBe(200);
    expect(await get({ 'if-match': `"1", ${etag}` })).toBe(200);
    expect(await get({ 'if-match': '*' })).toBe(200);
    expect(await get({ 'if-match': '"1"' })).toBe(412);
    expect(await get({ 'if-match': `W/${etag}` })).toBe(412);
    expect(await get({ 'if-match': etag.replaceAll('"', '') })).toBe(400);
    expect(await get({ 'if-none-match': '"1"' })).toBe(200);
    expect(await get({ 'if-none-match': etag })).toBe(304);
    expect(await get({ 'if-none-match': `W/${etag}` })).toBe(304);
    expect(await get({ 'if-none-match': '*' })).toBe(304);
    const answer = await send('GET', PATH, { headers: { 'if-none-match': '*' } });
    expect([answer.headers['etag'], answer.text]).toEqual([etag, '']);
  });

  it.each([
    ['/v1/state', PATH, '/v1/state/demo/new'],
    ['/s', '/s/demo/a/b', '/s/demo/new'],
  ])('PUT replaces the version that was read, and no other: %s', async (_, path, none) => {
    const { send, etag } = await withValue();
    const put = (headers: Record<string, string>, body: string) => send('PUT', path, { headers, body });
    const changed = await put({ 'if-match': etag }, 'one');
    expect([changed.status, changed.headers['etag']]).toEqual([200, (await send('HEAD', path)).headers['etag']]);
    expect(outcome(await put({ 'if-match': etag }, 'two'))).toEqual([412, 'PRECONDITION_FAILED']);
    expect(outcome(await put({ 'if-none-match': '*' }, 'two'))).toEqual([412, 'PRECONDITION_FAILED']);
    expect((await put({ 'if-none-match': etag }, 'three')).status).toBe(200);
    expect((await put({ 'if-match': '*' }, 'four')).status).toBe(200);
    expect((await send('GET', PATH)).text).toBe('four');
    expect((await send('PUT', none, { headers: { 'if-match': '*' }, body: 'x' })).status).toBe(412);
    expect((await send('PUT', none, { headers: { 'if-none-match': '*' }, body: 'x' })).status).toBe(200);
  });

  it('DELETE removes the version that was read, and no other', async () => {
    const { send, etag } = await withValue();
    await send('PUT', PATH, { body: 'again' });
    expect((await send('DELETE', PATH, { headers: { 'if-match': etag } })).status).toBe(412);
    expect((await send('DELETE', PATH, { headers: { 'if-match': '*' } })).status).toBe(200);
    expect((await send('DELETE', PATH, { headers: { 'if-match': '*' } })).status).toBe(412);
    expect((await send('DELETE', PATH)).status).toBe(404);
  });

  it('of many that read one version, one writes', async () => {
    const { send, etag } = await withValue();
    const statuses = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const answer = await send('PUT', PATH, { headers: { 'if-match': etag }, body: `writer ${index}` });
        return answer.status;
      }),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(9);
  });
});

describe('operations on a state value', () => {
  const operate = async (api: ReturnType<typeof openApi>, operation: object, path = PATH) =>
    api.send('POST', path, { body: JSON.stringify(operation) });

  it('add', async () => {
    const api = openApi();
    expect(json(await operate(api, { op: 'add', offset: 8, delta: 5 }))).toEqual({ value: '5' });
    expect(json(await operate(api, { op: 'add', offset: 8, delta: -7 }))).toEqual({ value: '-2' });
    expect(json(await operate(api, { op: 'add', delta: '9223372036854775807' }))).toEqual({
      value: '9223372036854775807',
    });
    expect(json(await operate(api, { op: 'add', delta: 1 }))).toEqual({ value: '-9223372036854775808' });
    expect(json(await operate(api, { op: 'add', offset: 12, width: 4, delta: 1 }))).toEqual({ value: '0' });
    expect(outcome(await operate(api, { op: 'add', offset: 12, delta: 1 }))).toEqual([409, 'STATE_SIZE_MISMATCH']);
    expect(json(await api.send('GET', '/v1/state/demo'))).toEqual({ keys: [{ key: 'a/b', sizeBytes: 16 }] });
  });

  it('add counts exactly', async () => {
    const api = openApi();
    await Promise.all(Array.from({ length: 50 }, () => operate(api, { op: 'add', delta: 2 })));
    expect(json(await operate(api, { op: 'add', delta: 0 }))).toEqual({ value: '100' });
  });

  it('compareAndSet', async () => {
    const api = await withValue();
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const swap = { op: 'compareAndSet', offset: 2, expected: base64('23'), replacement: base64('xy') };
    expect(json(await operate(api, swap))).toEqual({ replaced: true });
    expect(json(await operate(api, swap))).toEqual({ replaced: false });
    expect((await api.send('GET', PATH)).text).toBe('01xy456789');
  });

  it('answer the ETag of what they have changed', async () => {
    const api = await withValue();
    const added = await operate(api, { op: 'add', delta: 1 });
    const swap = { op: 'compareAndSet', offset: 8, expected: 'ODk=', replacement: 'YWI=' };
    const replaced = await operate(api, swap);
    expect(added.headers['etag']).not.toBe(replaced.headers['etag']);
    expect(replaced.headers['etag']).toBe((await api.send('HEAD', PATH)).headers['etag']);
    expect((await operate(api, swap)).headers['etag']).toBeUndefined();
    const after = { headers: { 'if-match': added.headers['etag'] ?? '' }, body: 'x' };
    expect((await api.send('PUT', PATH, after)).status).toBe(412);
  });

  it('push and pull', async () => {
    const api = await withValue();
    expect(outcome(await operate(api, { op: 'push' }))).toEqual([409, 'STATE_UNINITIALISED']);
    expect(json(await operate(api, { op: 'pull' }))).toEqual({ pulled: true });
    expect(outcome(await operate(api, { op: 'pull' }, '/v1/state/demo/none'))).toEqual([404, 'STATE_NOT_FOUND']);
  });

  it.each([
    [{ op: 'multiply' }, 'Field "op" must be one of'],
    [{ op: 'add' }, 'Field "delta" is missing: add needs it.'],
    [{ op: 'add', delta: 1, width: 5 }, 'Field "width" must be 4 or 8'],
    [{ op: 'add', delta: '1.5' }, 'Field "delta" must be'],
    [{ op: 'add', delta: 1, offset: -1 }, 'Field "offset" must be'],
    [{ op: 'compareAndSet', expected: '*', replacement: '' }, 'Field "expected" is not base64.'],
    [{ op: 'compareAndSet', expected: 'AAAA', replacement: 'AA==' }, 'use the same number of both'],
  ])('refuses %j', async (operation, part) => {
    const answer = await operate(openApi(), operation);
    expect([answer.status, json(answer)['message']]).toEqual([400, expect.stringContaining(part)]);
  });

  it('are for whoever may reach the user', async () => {
    const { as } = openApi({}, { auth: 'tokens' });
    for (const method of ['GET', 'PUT', 'PATCH', 'POST', 'DELETE']) {
      const body = method === 'POST' ? '{"op":"push"}' : 'x';
      expect(outcome(await as('alice', method, PATH, { body }))).toEqual([403, 'FORBIDDEN']);
    }
  });
});

describe('a large state value', () => {
  const large = Buffer.alloc(9 * 1024 * 1024 + 7, 'state');

  it('is sent a piece at a time', async () => {
    const { send, runtime } = await withValue(large.toString());
    const read = runtime.state.read;
    const lengths: number[] = [];
    Object.assign(runtime.state, {
      read: (user: string, key: string, offset: number, length: number) => {
        lengths.push(length);
        return read(user, key, offset, length);
      },
    });
    const answer = await send('GET', PATH);
    expect([answer.streamed, answer.headers['content-length']]).toEqual([true, String(large.length)]);
    expect(answer.text === large.toString()).toBe(true);
    expect(Math.max(...lengths)).toBe(4 * 1024 * 1024);
    const end = await send('GET', PATH, { headers: { range: 'bytes=-5000000' } });
    expect([end.status, end.text === large.subarray(-5_000_000).toString()]).toEqual([206, true]);
  });

  it('that is changed meanwhile cuts the connection', async () => {
    const { api, runtime } = await withValue(large.toString());
    const read = runtime.state.read;
    Object.assign(runtime.state, {
      read: async (user: string, key: string, offset: number, length: number) => {
        const found = await read(user, key, offset, length);
        await runtime.state.add(user, key, 0, 1n, 8);
        return found;
      },
    });
    await expect(send(api, 'GET', PATH)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });

  it('that is always changed between the look at it and the read is given up', async () => {
    const { send, runtime } = await withValue();
    const stat = runtime.state.stat;
    Object.assign(runtime.state, {
      stat: async (user: string, key: string) => {
        const found = await stat(user, key);
        await runtime.state.add(user, key, 0, 1n, 8);
        return found;
      },
    });
    expect(outcome(await send('GET', PATH))).toEqual([409, 'STATE_CONFLICT']);
    expect(outcome(await send('PUT', PATH, { headers: { 'if-match': '*' }, body: 'x' }))).toEqual([
      409,
      'STATE_CONFLICT',
    ]);
  });
});
