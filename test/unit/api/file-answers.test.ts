import { describe, expect, it } from '@jest/globals';
import { openApi, send as sendTo, testRequest } from './support.ts';

const FILE = '/v1/files/demo/large';

/** An API whose answers may hold 300,000 bytes of files, and a file of 200,000. */
async function withFile() {
  const opened = openApi();
  await opened.runtime.files.put('demo', 'large', new Uint8Array(200_000).fill(0x78));
  return opened;
}

describe('answers with large files', () => {
  it('are streams with a length; HEAD has it, too, and holds nothing', async () => {
    const { api, send } = await withFile();
    for (let count = 0; count < 5; count += 1) {
      const head = await sendTo(api, 'HEAD', FILE);
      expect(head).toMatchObject({ status: 200, headers: { 'content-length': '200000' }, text: '' });
    }
    const answer = await send('GET', FILE);
    expect(answer).toMatchObject({ status: 200, streamed: true, headers: { 'content-length': '200000' } });
    expect(answer.text).toBe('x'.repeat(200_000));
  });

  it('are refused while too much is held for others, until these are read or their clients gone', async () => {
    const { api, send } = await withFile();
    let disconnect = (): void => {};
    const onDisconnect = (listener: () => void): void => {
      disconnect = listener;
    };
    const first = await api(testRequest('GET', FILE, { onDisconnect }));
    expect(first.status).toBe(200);
    const refused = await send('GET', FILE);
    expect(refused).toMatchObject({ status: 503, headers: { 'x-faasm-error': 'HOST_OVERLOADED' } });
    expect((await sendTo(api, 'GET', '/file', { headers: { filepath: 'none' } })).status).toBe(404);
    disconnect();
    for (let count = 0; count < 3; count += 1) expect((await send('GET', FILE)).status).toBe(200);
    disconnect();
    const second = await api(testRequest('GET', FILE));
    expect(second.status).toBe(200);
    expect((await send('GET', FILE)).status).toBe(503);
  });

  it('of one user are at most half of the bound, but one however large; files of others are left their part', async () => {
    const { api, runtime, as } = openApi({}, { auth: 'tokens' });
    for (const user of ['alice', 'bob', 'shared']) await runtime.files.put(user, 'f', new Uint8Array(70_000));
    await runtime.files.put('alice', 'large', new Uint8Array(160_000));
    const hold = async (user: string, path: string): Promise<{ status: number; release: () => void }> => {
      const { token } = await runtime.tokens.create({ user, kind: user === 'admin' ? 'admin' : 'user' });
      let release = (): void => {};
      const { status } = await api(
        testRequest('GET', path, {
          headers: { authorization: `Bearer ${token}` },
          onDisconnect: (listener) => {
            release = listener;
          },
        }),
      );
      return { status, release };
    };
    const large = await hold('alice', '/v1/files/alice/large');
    expect(large.status).toBe(200);
    // Whose clients read counts, not whose files they are; administrators read for the user whose files they are.
    for (const [user, path] of [
      ['alice', '/v1/files/alice/f'],
      ['alice', '/v1/files/shared/f'],
      ['admin', '/v1/files/alice/f'],
    ] as const) {
      expect((await hold(user, path)).status).toBe(503);
    }
    const refused = await as('alice', 'GET', '/v1/files/alice/f');
    expect(refused.text).toContain('user alice take 160000 bytes');
    expect(refused.text).toContain('half of FAASM_HOST_BODY_BYTES');
    const other = await hold('bob', '/v1/files/shared/f');
    expect(other.status).toBe(200);
    large.release();
    expect((await hold('alice', '/v1/files/alice/f')).status).toBe(200);
    expect((await hold('alice', '/v1/files/shared/f')).status).toBe(200);
    expect((await hold('alice', '/v1/files/shared/f')).status).toBe(503);
    expect((await hold('bob', '/v1/files/bob/f')).status).toBe(200);
    // All of the bound is taken now.
    expect((await as('admin', 'GET', '/v1/files/shared/f')).text).toContain('more than the 300000');
    other.release();
    expect((await as('admin', 'GET', '/v1/files/shared/f')).status).toBe(200);
  });

  it('count code of functions, too', async () => {
    const { api, send } = openApi({}, { bodies: { invoke: 1000, upload: 200_000, state: 200, file: 300 } });
    const code = 'x'.repeat(200_000);
    expect((await send('PUT', '/v1/functions/demo/large', { body: code })).status).toBe(201);
    const path = '/v1/functions/demo/large/wasm';
    const head = await sendTo(api, 'HEAD', path);
    expect(head).toMatchObject({ status: 200, text: '', headers: { 'content-length': '200000' } });
    const answer = await send('GET', path);
    expect(answer).toMatchObject({
      status: 200,
      streamed: true,
      headers: { 'content-length': '200000', 'content-type': 'application/wasm' },
    });
    expect(answer.headers['x-faasm-version']).toBe(head.headers['x-faasm-version']);
    expect(answer.text).toBe(code);
    let disconnect = (): void => {};
    await api(
      testRequest('GET', path, {
        onDisconnect: (listener) => {
          disconnect = listener;
        },
      }),
    );
    expect(await send('GET', path)).toMatchObject({ status: 503, headers: { 'x-faasm-error': 'HOST_OVERLOADED' } });
    disconnect();
    expect((await send('GET', path)).status).toBe(200);
  });
});
