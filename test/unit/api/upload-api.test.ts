import { describe, expect, it } from '@jest/globals';
import type { ApiHandler } from '../../../src/api/http.ts';
import { uploadApi } from '../../../src/api/upload-api.ts';
import { fakeRuntime } from '../../support/fake-runtime.ts';
import { send } from './support.ts';

const open = (runtime = fakeRuntime()): ApiHandler => uploadApi(runtime, { maxUploadBytes: 100, maxStateBytes: 200 });

describe('upload API: functions', () => {
  it('hands the bytes to the runtime and answers as Faasm does', async () => {
    const runtime = fakeRuntime();
    const answer = await send(open(runtime), 'PUT', '/f/demo/hello', { body: 'wasm bytes' });
    expect(answer).toMatchObject({ status: 200, text: 'Function upload complete\n' });
    expect(answer.headers['x-faasm-version']).toHaveLength(64);
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
  ])('refuses the path %j with %s', async (path, code, status) => {
    const answer = await send(open(), 'PUT', path, { body: 'x' });
    expect([answer.headers['x-faasm-error'], answer.status]).toEqual([code, status]);
  });

  it('refuses an empty body, a large one and other methods', async () => {
    expect(await send(open(), 'PUT', '/f/demo/hello')).toMatchObject({ status: 400, text: 'Empty request' });
    const large = await send(open(), 'PUT', '/f/demo/hello', { body: 'x'.repeat(101) });
    expect(large).toMatchObject({ status: 413, headers: { 'x-faasm-error': 'BODY_TOO_LARGE' } });
    expect(await send(open(), 'DELETE', '/f/demo/hello')).toMatchObject({ status: 405 });
  });
});

describe('upload API: state', () => {
  it.each([
    ['/s/demo/key', 'key'],
    ['/s/demo/a/b/../c', 'a/b/../c'],
    ['/s/demo/a%2Fb%20%C3%A9', 'a/b é'],
  ])('keeps the value of %s under the decoded key', async (path, key) => {
    const runtime = fakeRuntime();
    const api = open(runtime);
    expect(await send(api, 'PUT', path, { body: 'value' })).toMatchObject({
      status: 200,
      text: 'State upload complete\n',
    });
    expect(Buffer.from((await runtime.state.get('demo', key)) ?? '').toString()).toBe('value');
    expect(await send(api, 'GET', path)).toMatchObject({ status: 200, text: 'value' });
  });

  it('has no value for a key that was not written', async () => {
    const answer = await send(open(), 'GET', '/s/demo/nothing');
    expect(answer).toMatchObject({ status: 404, headers: { 'x-faasm-error': 'STATE_NOT_FOUND' } });
    expect(answer.text).toMatch(/^STATE_NOT_FOUND: .*nothing/);
  });

  it('answers errors as JSON to clients that accept it', async () => {
    const answer = await send(open(), 'GET', '/s/demo/nothing', { headers: { accept: 'application/json' } });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.parse(answer.text)).toEqual({ code: 'STATE_NOT_FOUND', message: expect.stringContaining('nothing') });
  });

  it.each(['/s/demo', '/s/demo/', '/s/demo/%0a', `/s/demo/${'k'.repeat(513)}`])('refuses %s', async (path) => {
    expect((await send(open(), 'PUT', path, { body: 'x' })).status).toBeGreaterThanOrEqual(400);
  });
});

describe('upload API: health', () => {
  it('answers pings', async () => {
    expect(await send(open(), 'GET', '/ping')).toMatchObject({ status: 200, text: 'PONG' });
    expect(await send(open(), 'GET', '/healthz')).toMatchObject({ status: 200, text: 'ok\n' });
    expect(await send(open(), 'PUT', '/ping')).toMatchObject({ status: 405 });
  });
});
