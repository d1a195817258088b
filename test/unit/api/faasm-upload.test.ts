import { describe, expect, it } from '@jest/globals';
import { openApi, outcome } from './support.ts';

describe("Faasm's upload: functions", () => {
  it('hands the bytes to the runtime and answers as Faasm does', async () => {
    const { runtime, send } = openApi();
    const answer = await send('PUT', '/f/demo/hello', { body: 'wasm bytes' });
    expect(answer).toMatchObject({ status: 200, text: 'Function upload complete\n' });
    expect(answer.headers['x-faasm-version']).toMatch(/^\d{8}T\d{9}Z-[\da-f]{8}$/);
    expect(answer.headers['x-faasm-resettable']).toBe('true');
    expect(Buffer.from(runtime.uploads.get('demo/hello') ?? '').toString()).toBe('wasm bytes');
  });

  it.each([
    ['/f/demo', 'ROUTE_NOT_FOUND', 404],
    ['/f/demo/hello/more', 'ROUTE_NOT_FOUND', 404],
    ['/f//hello', 'INVALID_NAME', 400],
    ['/f/demo/', 'INVALID_NAME', 400],
    ['/f/../etc', 'INVALID_NAME', 400],
    ['/f/demo/%2e%2e', 'INVALID_NAME', 400],
    ['/f/demo/a%2fb', 'INVALID_NAME', 400],
    ['/f/demo/%00', 'INVALID_NAME', 400],
    ['/f/demo/%zz', 'BAD_REQUEST', 400],
    ['/f/demo/%ff', 'BAD_REQUEST', 400],
    [`/f/demo/${'x'.repeat(200)}`, 'INVALID_NAME', 400],
    ['/nothing', 'ROUTE_NOT_FOUND', 404],
    ['', 'ROUTE_NOT_FOUND', 404],
    ['*', 'ROUTE_NOT_FOUND', 404],
  ])('refuses the path %j with %s', async (path, code, status) => {
    const answer = await openApi().send('PUT', path, { body: 'x' });
    expect(outcome(answer)).toEqual([status, code]);
  });

  it('refuses an empty body, a large one and other methods', async () => {
    expect(await openApi().send('PUT', '/f/demo/hello')).toMatchObject({ status: 400, text: 'Empty request' });
    const large = await openApi().send('PUT', '/f/demo/hello', { body: 'x'.repeat(101) });
    expect(large).toMatchObject({ status: 413, headers: { 'x-faasm-error': 'BODY_TOO_LARGE' } });
    expect(await openApi().send('DELETE', '/f/demo/hello')).toMatchObject({ status: 405 });
  });
});

describe("Faasm's upload: state", () => {
  it.each([
    ['/s/demo/key', 'key'],
    ['/s/demo/a/b/../c', 'a/b/../c'],
    ['/s/demo/a%2Fb%20%C3%A9', 'a/b é'],
  ])('keeps the value of %s under the decoded key', async (path, key) => {
    const { runtime, send } = openApi();
    expect(await send('PUT', path, { body: 'value' })).toMatchObject({
      status: 200,
      text: 'State upload complete\n',
    });
    expect(Buffer.from((await runtime.state.get('demo', key)) ?? '').toString()).toBe('value');
    expect(await send('GET', path)).toMatchObject({ status: 200, text: 'value' });
  });

  it('has no value for a key that was not written', async () => {
    const answer = await openApi().send('GET', '/s/demo/nothing');
    expect(answer).toMatchObject({ status: 404, headers: { 'x-faasm-error': 'STATE_NOT_FOUND' } });
    expect(answer.text).toMatch(/^STATE_NOT_FOUND: .*nothing/);
  });

  it('answers errors as JSON to clients that accept it', async () => {
    const answer = await openApi().send('GET', '/s/demo/nothing', { headers: { accept: 'application/json' } });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.parse(answer.text)).toEqual({ code: 'STATE_NOT_FOUND', message: expect.stringContaining('nothing') });
  });

  it.each(['/s/demo', '/s/demo/', '/s/demo/%0a', `/s/demo/${'k'.repeat(513)}`])('refuses %s', async (path) => {
    expect((await openApi().send('PUT', path, { body: 'x' })).status).toBeGreaterThanOrEqual(400);
  });
});

describe("Faasm's upload: health", () => {
  it('answers pings', async () => {
    expect(await openApi().send('GET', '/ping')).toMatchObject({ status: 200, text: 'PONG' });
    expect(await openApi().send('GET', '/healthz')).toMatchObject({ status: 200, text: 'ok\n' });
    expect(await openApi().send('PUT', '/ping')).toMatchObject({ status: 405 });
  });
});

describe("Faasm's upload: what it gives back", () => {
  it('has the code of a function', async () => {
    const { send } = openApi();
    await send('PUT', '/fa/demo/hello', { body: 'wasm bytes' });
    for (const path of ['/f/demo/hello', '/fa/demo/hello']) {
      expect(await send('GET', path)).toMatchObject({
        status: 200,
        text: 'wasm bytes',
        headers: { 'content-type': 'application/wasm' },
      });
    }
    expect(outcome(await send('GET', '/f/demo/nothing'))).toEqual([404, 'FUNCTION_NOT_FOUND']);
    expect(outcome(await send('GET', '/fo/demo/hello'))).toEqual([501, 'NOT_SUPPORTED']);
  });

  it('keeps an empty state value', async () => {
    const { send } = openApi();
    expect(await send('PUT', '/s/demo/empty')).toMatchObject({ status: 200, text: 'State upload complete\n' });
    expect(await send('GET', '/s/demo/empty')).toMatchObject({ status: 200, text: '' });
  });
});

describe("Faasm's upload: Python", () => {
  it('keeps a function as a file of its user', async () => {
    const { runtime, send } = openApi();
    const answer = await send('PUT', '/p/demo/hello', { body: 'def main(): pass' });
    expect(answer).toMatchObject({ status: 200, text: 'Python function upload complete\n' });
    const file = await runtime.files.get('demo', 'pyfuncs/demo/hello/function.py');
    expect(Buffer.from(file ?? '').toString()).toBe('def main(): pass');
    expect(await send('GET', '/pa/demo/hello')).toMatchObject({ status: 200, text: 'def main(): pass' });
    expect(outcome(await send('GET', '/p/demo/nothing'))).toEqual([404, 'FILE_NOT_FOUND']);
    expect(outcome(await send('PUT', '/p/demo/empty'))).toEqual([400, 'BAD_REQUEST']);
  });
});

describe("Faasm's upload: shared files", () => {
  const at = (filepath: string): { headers: Record<string, string> } => ({ headers: { filepath } });

  it('belong to the user shared when an administrator writes them', async () => {
    const { runtime, send } = openApi();
    const answer = await send('PUT', '/file', { ...at('/data//words.txt'), body: 'a b' });
    expect(answer).toMatchObject({ status: 200, text: 'Shared file uploaded\n' });
    expect(await runtime.files.list('shared', '')).toMatchObject([{ path: 'data/words.txt', sizeBytes: 3 }]);
    expect(await send('GET', '/file', at('data/words.txt'))).toMatchObject({ status: 200, text: 'a b' });
    expect(await send('DELETE', '/file', at('data/words.txt'))).toMatchObject({ status: 200 });
    expect(outcome(await send('DELETE', '/file', at('data/words.txt')))).toEqual([404, 'FILE_NOT_FOUND']);
    expect(outcome(await send('GET', '/file', at('data/words.txt')))).toEqual([404, 'FILE_NOT_FOUND']);
  });

  it.each([
    ['é/文.txt', Buffer.from('é/文.txt').toString('latin1')],
    ['é', 'é'],
    ['文', '文'],
  ])('are called %j when the header is %j', async (path, header) => {
    const { runtime, send } = openApi();
    await send('PUT', '/file', { ...at(header), body: 'x' });
    expect(await runtime.files.list('shared', '')).toMatchObject([{ path }]);
  });

  it("are a user's own, who also reads the shared ones", async () => {
    const { runtime, send, as } = openApi();
    await send('PUT', '/file', { ...at('a'), body: 'shared a' });
    await send('PUT', '/file', { ...at('b'), body: 'shared b' });
    await as('alice', 'PUT', '/file', { ...at('a'), body: 'her a' });
    expect((await as('alice', 'GET', '/file', at('a'))).text).toBe('her a');
    expect((await as('alice', 'GET', '/file', at('b'))).text).toBe('shared b');
    expect((await as('bob', 'GET', '/file', at('a'))).text).toBe('shared a');
    expect(outcome(await as('alice', 'DELETE', '/file', at('b')))).toEqual([404, 'FILE_NOT_FOUND']);
    expect(await runtime.files.list('shared', '')).toHaveLength(2);
  });

  it.each([
    [undefined, 'BAD_REQUEST'],
    ['', 'BAD_REQUEST'],
    ['../x', 'INVALID_NAME'],
    ['a/../../b', 'INVALID_NAME'],
    ['a\\b', 'INVALID_NAME'],
  ])('refuse the path %j', async (path, code) => {
    const { send } = openApi();
    for (const method of ['PUT', 'GET', 'DELETE']) {
      expect(outcome(await send(method, '/file', path === undefined ? {} : at(path)))).toEqual([400, code]);
    }
  });
});
