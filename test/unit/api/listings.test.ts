import { describe, expect, it } from '@jest/globals';
import { openApi, testRequest } from './support.ts';

/** An API in front of `count` state keys of each of some users, with names of 100 letters. */
async function withKeys(count: number, ...users: string[]) {
  const opened = openApi({}, { auth: 'tokens' });
  for (const user of users) {
    for (let i = 0; i < count; i += 1)
      await opened.runtime.state.set(user, `${i}`.padStart(100, 'k'), new Uint8Array(1));
  }
  return opened;
}

describe('long lists', () => {
  it('are whole, also where they are made in pieces, and HEAD tells their length', async () => {
    const { as, runtime } = await withKeys(4100, 'alice');
    // With all of the bound for it.
    const answer = await as('admin', 'GET', '/v1/state/alice?prefix=kk');
    expect(answer).toMatchObject({ status: 200, streamed: true, headers: { 'content-type': 'application/json' } });
    expect(answer.headers['content-length']).toBe(String(answer.text.length));
    expect(JSON.parse(answer.text)).toEqual({ keys: await runtime.state.list('alice', '') });
    const head = await as('admin', 'HEAD', '/v1/state/alice');
    expect(head).toMatchObject({ text: '', headers: { 'content-length': answer.headers['content-length'] } });
    expect(JSON.parse((await as('alice', 'GET', '/v1/state/alice?prefix=none')).text)).toEqual({ keys: [] });
  });

  it('count as files that are sent do until their clients have them', async () => {
    const { api, as, runtime } = await withKeys(1500, 'alice', 'bob');
    const { token } = await runtime.tokens.create({ user: 'alice', kind: 'user' });
    const headers = { authorization: `Bearer ${token}` };
    let release = (): void => {};
    const onDisconnect = (listener: () => void): void => {
      release = listener;
    };
    const held = await api(testRequest('GET', '/v1/state/alice', { headers, onDisconnect }));
    expect(held.status).toBe(200);
    const refused = await as('alice', 'GET', '/v1/state/alice');
    expect(refused).toMatchObject({ status: 503, headers: { 'x-faasm-error': 'HOST_OVERLOADED' } });
    expect((await as('alice', 'GET', '/v1/state/alice?prefix=none')).status).toBe(200);
    release();
    expect((await as('alice', 'GET', '/v1/state/alice')).status).toBe(200);
  });

  it('are made one at a time for each user, and not for clients that have gone meanwhile', async () => {
    const { api, as, runtime } = await withKeys(1, 'alice', 'bob');
    const gate = Promise.withResolvers<void>();
    const asked: string[] = [];
    const list = runtime.files.list;
    Object.assign(runtime.files, {
      list: async (user: string, prefix: string) => {
        asked.push(`${user} ${prefix}`);
        if (prefix === 'slow') await gate.promise;
        return list(user, prefix);
      },
    });
    const slow = as('alice', 'GET', '/v1/files/alice?prefix=slow');
    const next = as('alice', 'GET', '/v1/files/shared?prefix=next');
    const { token } = await runtime.tokens.create({ user: 'alice', kind: 'user' });
    const headers = { authorization: `Bearer ${token}` };
    let leave = (): void => {};
    const onDisconnect = (listener: () => void): void => {
      leave = listener;
    };
    const left = api(testRequest('GET', '/v1/files/alice?prefix=left', { headers, onDisconnect }));
    expect((await as('bob', 'GET', '/v1/files/bob?prefix=other')).status).toBe(200);
    expect(asked).toEqual(['alice slow', 'bob other']);
    leave();
    gate.resolve();
    expect([(await slow).status, (await next).status]).toEqual([200, 200]);
    await left;
    expect(asked).toEqual(['alice slow', 'bob other', 'shared next']);
  });
});
