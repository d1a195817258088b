import { describe, expect, it } from '@jest/globals';
import { FaasmError } from '../../../src/core/errors.ts';
import { VERSION } from '../../../src/core/version.ts';
import { openApi, outcome, type TestAnswer } from './support.ts';

const json = (answer: TestAnswer): Record<string, unknown> => JSON.parse(answer.text);

describe('/v1/state', () => {
  it('keeps values under any printable key', async () => {
    const { send } = openApi();
    const put = await send('PUT', '/v1/state/demo/a/b%20%C3%A9', { body: 'value' });
    expect(json(put)).toEqual({ key: 'a/b é', sizeBytes: 5 });
    expect(await send('GET', '/v1/state/demo/a%2Fb%20%C3%A9')).toMatchObject({ status: 200, text: 'value' });
    expect(json(await send('GET', '/v1/state/demo?prefix=a/'))).toEqual({ keys: [{ key: 'a/b é', sizeBytes: 5 }] });
    expect(json(await send('GET', '/v1/state/demo?prefix=b'))).toEqual({ keys: [] });
  });

  it('keeps an empty value, and removes values', async () => {
    const { send } = openApi();
    await send('PUT', '/v1/state/demo/empty');
    expect(await send('GET', '/v1/state/demo/empty')).toMatchObject({ status: 200, text: '' });
    expect(json(await send('DELETE', '/v1/state/demo/empty'))).toEqual({ removed: true });
    for (const method of ['GET', 'DELETE']) {
      expect(outcome(await send(method, '/v1/state/demo/empty'))).toEqual([404, 'STATE_NOT_FOUND']);
    }
    expect(outcome(await send('PUT', '/v1/state/demo/big', { body: 'x'.repeat(201) }))).toEqual([
      413,
      'BODY_TOO_LARGE',
    ]);
  });
});

describe('/v1/files', () => {
  it('keeps files', async () => {
    const { send } = openApi();
    expect(json(await send('PUT', '/v1/files/demo/data//a.txt', { body: 'text' }))).toEqual({
      path: 'data/a.txt',
      sizeBytes: 4,
    });
    expect(await send('GET', '/v1/files/demo/data%2Fa.txt')).toMatchObject({ status: 200, text: 'text' });
    expect(json(await send('GET', '/v1/files/demo?prefix=data'))).toEqual({
      files: [{ path: 'data/a.txt', sizeBytes: 4, modifiedAt: expect.stringContaining('T') }],
    });
    expect(json(await send('DELETE', '/v1/files/demo/data/a.txt'))).toEqual({ removed: true });
    for (const method of ['GET', 'DELETE']) {
      expect(outcome(await send(method, '/v1/files/demo/data/a.txt'))).toEqual([404, 'FILE_NOT_FOUND']);
    }
    expect(outcome(await send('PUT', '/v1/files/demo/big', { body: 'x'.repeat(301) }))).toEqual([
      413,
      'BODY_TOO_LARGE',
    ]);
  });
});

describe('/v1/tokens', () => {
  it('are created by administrators, and shown once', async () => {
    const { send, runtime } = openApi();
    const answer = await send('POST', '/v1/tokens', { body: '{"user":"alice","note":"laptop","ttlMs":60000}' });
    expect(answer).toMatchObject({ status: 201, headers: { 'cache-control': 'no-store' } });
    const { token, ...info } = json(answer);
    expect(info).toMatchObject({ user: 'alice', kind: 'user', note: 'laptop', expiresAt: expect.any(String) });
    expect(await runtime.tokens.verify(String(token))).toEqual({ user: 'alice', kind: 'user' });
    const listed = await send('GET', '/v1/tokens');
    expect(json(listed)).toEqual({ tokens: [info] });
    expect(listed.text).not.toContain(String(token).slice(-43));
  });

  it.each([
    ['{}', 'Field "user" is missing'],
    ['{"user":"a","kind":"root"}', 'Field "kind" must be one of user, admin'],
    ['{"user":"a","ttlMs":0}', 'Field "ttlMs"'],
    ['{"user":"a","scope":"x"}', 'Field "scope" is not known'],
    ['{"user":"../a"}', 'Invalid user name'],
  ])('are not created from %s', async (body, part) => {
    const { send, runtime } = openApi();
    const answer = await send('POST', '/v1/tokens', { body });
    expect([answer.status, json(answer)['message']]).toEqual([400, expect.stringContaining(part)]);
    expect(await runtime.tokens.list()).toEqual([]);
  });

  it('are listed and revoked by their owners', async () => {
    const { as, runtime } = openApi({}, { auth: 'tokens' });
    const alice = await runtime.tokens.create({ user: 'alice', kind: 'user' });
    await as('bob', 'GET', '/v1/whoami');
    const listed = json(await as('bob', 'GET', '/v1/tokens'))['tokens'] as { id: string; user: string }[];
    expect(listed.map(({ user }) => user)).toEqual(['bob']);
    expect(outcome(await as('bob', 'DELETE', `/v1/tokens/${alice.info.id}`))).toEqual([404, 'TOKEN_NOT_FOUND']);
    expect(outcome(await as('bob', 'DELETE', '/v1/tokens/..%2Fx'))).toEqual([404, 'TOKEN_NOT_FOUND']);
    expect(json(await as('alice', 'DELETE', `/v1/tokens/${alice.info.id}`))).toEqual({ revoked: true });
    expect(await runtime.tokens.verify(alice.token)).toBeUndefined();
    expect(json(await as('admin', 'DELETE', `/v1/tokens/${listed[0]?.id}`))).toEqual({ revoked: true });
    expect(outcome(await as('bob', 'GET', '/v1/whoami'))).toEqual([401, 'UNAUTHENTICATED']);
  });
});

describe('the host', () => {
  it('says what it is', async () => {
    expect(json(await openApi().send('GET', '/v1/host'))).toMatchObject({
      version: VERSION,
      platform: 'test',
      host: 'fake',
      layer: 'portable',
      threads: 4,
    });
  });

  it('forgets what it has cached', async () => {
    const { send, runtime } = openApi();
    expect(json(await send('POST', '/v1/flush'))).toEqual({ flushed: true });
    expect(runtime.flushes.count).toBe(1);
  });

  it('is ready, or says why not with 503', async () => {
    const { send, runtime } = openApi();
    expect(await send('GET', '/readyz')).toMatchObject({ status: 200, text: 'ok\n' });
    runtime.notReady = new FaasmError('STORE_DENIED', 'Wrong key.');
    const answer = await send('GET', '/readyz');
    expect(answer).toMatchObject({ status: 503, text: 'STORE_DENIED: Wrong key.' });
  });

  it('has metrics', async () => {
    const answer = await openApi().send('GET', '/metrics');
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.text).toContain('faasm_http_requests_total');
  });
});
