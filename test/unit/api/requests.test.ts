import { describe, expect, it } from '@jest/globals';
import { FaasmError } from '../../../src/core/errors.ts';
import { openApi, outcome } from './support.ts';

describe('methods', () => {
  it.each([
    ['/', 'POST, OPTIONS'],
    ['/healthz', 'GET, HEAD, OPTIONS'],
    ['/v1/calls/7', 'GET, HEAD, DELETE, OPTIONS'],
    ['/v1/functions/demo/hello', 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS'],
    ['/v1/state/demo/a/b', 'GET, HEAD, PUT, POST, PATCH, DELETE, OPTIONS'],
    ['/f/demo/hello', 'GET, HEAD, PUT, POST, OPTIONS'],
  ])('of %s are told', async (path, allow) => {
    const { send } = openApi();
    const wrong = await send('TRACE', path);
    expect(outcome(wrong)).toEqual([405, 'METHOD_NOT_ALLOWED']);
    expect(wrong.headers['allow']).toBe(allow);
    expect(await send('OPTIONS', path)).toMatchObject({ status: 204, text: '', headers: { allow } });
  });

  it('that are HEAD get what GET gets without the body', async () => {
    const { send } = openApi();
    await send('PUT', '/v1/state/demo/key', { body: 'välue' });
    const head = await send('HEAD', '/v1/state/demo/key');
    expect(head).toMatchObject({ status: 200, text: '', headers: { 'content-length': '6' } });
    expect(await send('HEAD', '/healthz')).toMatchObject({ status: 200, text: '', headers: { 'content-length': '3' } });
    expect(await send('HEAD', '/v1/state/demo/none')).toMatchObject({ status: 404, text: '' });
  });
});

describe('paths', () => {
  it.each([
    ['GET', '/nothing', 404, 'ROUTE_NOT_FOUND'],
    ['GET', '/v1', 404, 'ROUTE_NOT_FOUND'],
    ['GET', '/v1/', 404, 'ROUTE_NOT_FOUND'],
    ['GET', '/v2/calls', 404, 'ROUTE_NOT_FOUND'],
    ['GET', '/V1/calls', 404, 'ROUTE_NOT_FOUND'],
    ['GET', '/v1//calls', 404, 'ROUTE_NOT_FOUND'],
    ['GET', '/v1/calls/', 400, 'BAD_REQUEST'],
    ['GET', '/v1/calls/x', 400, 'BAD_REQUEST'],
    ['GET', '/v1/calls/-1', 400, 'BAD_REQUEST'],
    ['GET', '/v1/calls/1e3', 400, 'BAD_REQUEST'],
    ['GET', '/v1/functions/..', 400, 'INVALID_NAME'],
    ['GET', '/v1/functions/demo/%2e%2e', 400, 'INVALID_NAME'],
    ['GET', '/v1/functions/demo/a%2fb', 400, 'INVALID_NAME'],
    ['GET', '/v1/functions/demo/%00', 400, 'INVALID_NAME'],
    ['GET', '/v1/functions/demo/%zz', 400, 'BAD_REQUEST'],
    ['GET', '/v1/functions/demo/%ff', 400, 'BAD_REQUEST'],
    ['DELETE', '/v1/functions/demo/x/versions/latest', 400, 'INVALID_NAME'],
    ['GET', '/v1/state/demo/', 400, 'INVALID_NAME'],
    ['GET', '/v1/state/demo/%0a', 400, 'INVALID_NAME'],
    ['GET', '/v1/files/demo/a/../b', 400, 'INVALID_NAME'],
    ['GET', '/v1/files/demo/%2e%2e/b', 400, 'INVALID_NAME'],
    ['GET', '/v1/files/demo/', 400, 'INVALID_NAME'],
  ])('%s %s is %i %s', async (method, path, status, code) => {
    expect(outcome(await openApi().send(method, path))).toEqual([status, code]);
  });

  it('are counted by their pattern, those that lead nowhere together', async () => {
    const { runtime, send } = openApi();
    await send('GET', '/v1/state/demo/a/b');
    await send('GET', `/${'x'.repeat(1000)}`);
    await send('DELETE', '/healthz');
    expect(runtime.requests).toEqual([
      { route: '/v1/state/{user}/{key...}', status: 404 },
      { route: 'unknown', status: 404 },
      { route: '/healthz', status: 405 },
    ]);
  });
});

describe('queries', () => {
  it.each([
    ['/v1/calls?limt=5', '"limt" is not known: use user, function, state, limit'],
    ['/v1/calls?limit=5&limit=6', '"limit" is given twice'],
    ['/v1/calls?limit=0', '"limit" must be an integer from 1 to 1000, not 0'],
    ['/v1/calls?limit=abc', '"limit" must be an integer from 1 to 1000, not "abc"'],
    ['/v1/calls?limit=', '"limit" must be an integer'],
    ['/v1/calls?state=done', '"state" must be one of queued, running, success, failed'],
    ['/v1/calls/7?wait=abc', '"wait" must be an integer from 0 to 3600000, not "abc"'],
    ['/v1/calls/7?wait=-1', '"wait" must be'],
    ['/v1/functions/demo/x?version=../x', '"version" must be'],
    ['/v1/host?x', '"x" is not known: this path takes none'],
    ['/v1/calls?__proto__=1', '"__proto__" is not known'],
  ])('%s is refused by its parameter', async (target, part) => {
    const answer = await openApi().send('GET', target);
    expect(outcome(answer)).toEqual([400, 'BAD_REQUEST']);
    expect(JSON.parse(answer.text).message).toContain(part);
  });

  it('are ignored outside /v1, where Faasm has none', async () => {
    const { send } = openApi();
    expect((await send('GET', '/healthz?probe=1')).status).toBe(200);
  });

  it('are decoded', async () => {
    const { send } = openApi();
    await send('PUT', '/v1/state/demo/a%20b%2Fc', { body: 'x' });
    const answer = await send('GET', '/v1/state/demo?prefix=a+b%2F');
    expect(JSON.parse(answer.text)).toEqual({ keys: [{ key: 'a b/c', sizeBytes: 1 }] });
  });
});

describe('errors', () => {
  it('are JSON below /v1, whatever the client accepts', async () => {
    const answer = await openApi().send('GET', '/v1/state/demo/none', { headers: { accept: 'text/plain' } });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.parse(answer.text)).toEqual({ code: 'STATE_NOT_FOUND', message: 'User demo has no state "none".' });
  });

  it('are text elsewhere, JSON for those who accept it', async () => {
    const { send } = openApi();
    expect((await send('GET', '/s/demo/none')).text).toBe('STATE_NOT_FOUND: User demo has no state "none".');
    const json = await send('GET', '/s/demo/none', { headers: { accept: 'text/html, Application/JSON' } });
    expect(JSON.parse(json.text).code).toBe('STATE_NOT_FOUND');
  });

  it.each([
    ['QUEUE_FULL', 503, '1'],
    ['CONCURRENCY_LIMIT', 429, '1'],
    ['TIMEOUT', 504, undefined],
  ] as const)('that pass say when to come back: %s', async (code, status, retryAfter) => {
    const { runtime, send } = openApi();
    runtime.start = async () => {
      throw new FaasmError(code, 'try again');
    };
    const answer = await send('POST', '/v1/invoke/demo/x');
    expect([answer.status, answer.headers['retry-after']]).toEqual([status, retryAfter]);
  });

  it('come for a part of a body, before it is read: PUT replaces the whole', async () => {
    const { send, runtime } = openApi();
    for (const path of ['/v1/files/demo/f', '/v1/state/demo/k', '/s/demo/k', '/f/demo/f']) {
      const headers = { 'content-range': 'bytes 0-3/8' };
      expect(outcome(await send('PUT', path, { headers, body: 'part' }))).toEqual([400, 'BAD_REQUEST']);
    }
    expect([await runtime.files.list('demo', ''), await runtime.state.list('demo', '')]).toEqual([[], []]);
  });

  it('of bodies come before anything is done', async () => {
    const { runtime, send } = openApi({ 'demo/x': async () => 'x' });
    expect(outcome(await send('POST', '/v1/invoke/demo/x', { body: 'x'.repeat(1001) }))).toEqual([
      413,
      'BODY_TOO_LARGE',
    ]);
    expect(outcome(await send('POST', '/v1/tokens', { body: '{"user":"a","usr":1}' }))).toEqual([400, 'BAD_REQUEST']);
    expect(outcome(await send('POST', '/v1/tokens', { body: '{' }))).toEqual([400, 'BAD_REQUEST']);
    expect(outcome(await send('POST', '/v1/tokens'))).toEqual([400, 'BAD_REQUEST']);
    expect(outcome(await send('PATCH', '/v1/functions/demo/x', { body: '[]' }))).toEqual([400, 'BAD_REQUEST']);
    expect(runtime.started).toEqual([]);
    expect(await runtime.tokens.list()).toEqual([]);
  });
});
