import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rawClient } from '../support/raw-client.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const ADMIN = 'chosen-by-the-operator-of-this-host';
let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess({ environment: { FAASM_ADMIN_TOKEN: ADMIN } });
});
afterAll(() => server.kill());

async function send(token: string | undefined, method: string, path: string, body?: string): Promise<Response> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return fetch(`${server.invoke}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
}
async function code(...request: Parameters<typeof send>): Promise<unknown> {
  const answer = await send(...request);
  await answer.arrayBuffer();
  return [answer.status, answer.headers.get('x-faasm-error')];
}
async function newToken(user: string): Promise<{ token: string; id: string }> {
  const answer = await send(ADMIN, 'POST', '/v1/tokens', JSON.stringify({ user }));
  expect(answer.status).toBe(201);
  return (await answer.json()) as { token: string; id: string };
}

describe('a host with an administrator token', () => {
  it('asks everybody for one', async () => {
    expect(await code(undefined, 'GET', '/v1/functions')).toEqual([401, 'UNAUTHENTICATED']);
    expect(await code('wrong', 'GET', '/v1/functions')).toEqual([401, 'UNAUTHENTICATED']);
    expect(await code(undefined, 'POST', '/', '{"user":"demo","function":"x"}')).toEqual([401, 'UNAUTHENTICATED']);
    expect(await code(undefined, 'PUT', '/f/demo/x', 'wasm')).toEqual([401, 'UNAUTHENTICATED']);
    expect(await code(undefined, 'GET', '/metrics')).toEqual([401, 'UNAUTHENTICATED']);
    expect(await code(undefined, 'GET', '/healthz')).toEqual([200, null]);
    expect(await code(ADMIN, 'GET', '/v1/host')).toEqual([200, null]);
  });

  it('gives users what is theirs, and nothing of others', async () => {
    const { token, id } = await newToken('alice');
    expect(token).toMatch(/^faasm_[\da-f]{12}_[\w-]{43}$/);
    expect(await (await send(token, 'GET', '/v1/whoami')).json()).toEqual({ user: 'alice', kind: 'user' });
    expect(await code(token, 'PUT', '/v1/state/alice/key', 'value')).toEqual([200, null]);
    expect(await code(token, 'GET', '/s/bob/key')).toEqual([403, 'FORBIDDEN']);
    expect(await code(token, 'POST', '/', '{"user":"bob","function":"x"}')).toEqual([403, 'FORBIDDEN']);
    expect(await code(token, 'POST', '/v1/tokens', '{"user":"alice"}')).toEqual([403, 'FORBIDDEN']);
    expect(await code(token, 'POST', '/v1/flush')).toEqual([403, 'FORBIDDEN']);

    expect(await code(token, 'DELETE', `/v1/tokens/${id}`)).toEqual([200, null]);
    expect(await code(token, 'GET', '/v1/whoami')).toEqual([401, 'UNAUTHENTICATED']);
    expect(server.output()).toMatch(new RegExp(`token-created\\W.*${id}[^]*token-revoked\\W.*${id}`));
    expect(server.output()).not.toContain(token);
  });

  it('is served under any name and to any page, because the token decides', async () => {
    const client = await rawClient(Number(new URL(server.invoke).port));
    const headers = `Host: faasm.example\r\nOrigin: https://page.example\r\nAuthorization: Bearer ${ADMIN}\r\n`;
    client.send(`GET /v1/whoami HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`);
    expect(await client.receive()).toMatch(/^HTTP\/1.1 200 [\s\S]*"kind":"admin"/);
  });

  it('refuses a body that nobody may send without reading it', async () => {
    const client = await rawClient(Number(new URL(server.invoke).port));
    client.send(
      'PUT /v1/functions/demo/x HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n',
    );
    const answer = await client.receive(/UNAUTHENTICATED/);
    expect(answer).toMatch(/^HTTP\/1.1 401 [\s\S]*www-authenticate: Bearer realm="faasm"/i);
    expect(answer).not.toContain('100 Continue');
    client.socket.destroy();
  });
});
