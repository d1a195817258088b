import { describe, expect, it } from '@jest/globals';
import type { Route } from '../../../src/api/route.ts';
import { ROUTES } from '../../../src/api/routes.ts';
import { openApi, outcome, type TestAnswer, type TestApi, type TestRequest } from './support.ts';

/** Values of path parameters that name nothing that exists. */
const VALUES: Readonly<Record<string, string>> = {
  function: 'nothing',
  version: '20990101T000000000Z-deadbeef',
  'key...': 'nothing',
  'path...': 'nothing',
  call: '4711',
  token: '0123456789ab',
};

/** Routes without a user in their path that users may use: the handler shows them nothing of others. */
const OWN_THINGS_ONLY = new Set([
  'listCalls',
  'getCall',
  'getCallResult',
  'getCallLog',
  'cancelCall',
  'listFunctions',
  'listTokens',
  'revokeToken',
  'whoAmI',
  'faasmRequest',
  'faasmPutFile',
  'faasmGetFile',
  'faasmRemoveFile',
]);

function pathOf(route: Route, user: string): string {
  return route.path.replaceAll(/\{([a-z.]+)\}/g, (_, name: string) => (name === 'user' ? user : (VALUES[name] ?? '?')));
}

/** A request that would be fine but for its sender. */
function bodyOf(route: Route): TestRequest {
  if (route.body?.kind !== 'json') return { body: 'x' };
  return { body: JSON.stringify(route.body.example) };
}

const rows = ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const);
const guarded = rows.filter(([, { access }]) => access !== 'public');
const owned = rows.filter(([, { access, path }]) => access === 'user' && path.includes('{user}'));

async function sendAs(api: TestApi, user: string | undefined, route: Route, whose: string): Promise<TestAnswer> {
  const read: string[] = [];
  const request = { ...bodyOf(route), onBody: () => read.push('body') };
  const path = pathOf(route, whose);
  const answer = await (user === undefined
    ? api.send(route.method, path, request)
    : api.as(user, route.method, path, request));
  if (answer.status === 401 || answer.status === 403) expect(read).toEqual([]);
  return answer;
}

describe('access', () => {
  it('has a rule for every route', () => {
    for (const { id, access, path, openUsers } of ROUTES) {
      const limited = path.includes('{user}') || OWN_THINGS_ONLY.has(id);
      expect([id, access === 'user' && !limited]).toEqual([id, false]);
      // Only files are there for everybody, and only to be read.
      if (openUsers !== undefined)
        expect([id, openUsers]).toEqual([expect.stringMatching(/^(get|list)Files?$/), ['shared']]);
    }
    const open = ROUTES.filter(({ access }) => access === 'public').map(({ path }) => path);
    expect(open.sort()).toEqual(['/healthz', '/openapi.json', '/ping', '/readyz']);
  });

  it.each(guarded)('to %s takes a token', async (_, route) => {
    const api = openApi({}, { auth: 'tokens' });
    const answer = await sendAs(api, undefined, route, 'alice');
    expect(outcome(answer)).toEqual([401, 'UNAUTHENTICATED']);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="faasm"');
  });

  it.each([
    ['GET', '/nowhere'],
    ['GET', '/v1/nowhere'],
    ['PATCH', '/v1/functions'],
    ['OPTIONS', '/v1/functions'],
  ])('to what there is not, %s %s, takes a token too', async (method, path) => {
    const api = openApi({}, { auth: 'tokens' });
    expect(outcome(await api.send(method, path))).toEqual([401, 'UNAUTHENTICATED']);
    expect((await api.as('alice', method, path)).status).not.toBe(401);
    expect((await api.send('OPTIONS', '/healthz')).status).toBe(204);
  });

  it.each(owned)('to %s is for the user whom the path names', async (_, route) => {
    const api = openApi({}, { auth: 'tokens' });
    expect(outcome(await sendAs(api, 'alice', route, 'bob'))).toEqual([403, 'FORBIDDEN']);
    expect([401, 403]).not.toContain((await sendAs(api, 'alice', route, 'alice')).status);
    expect([401, 403]).not.toContain((await sendAs(api, 'admin', route, 'bob')).status);
  });

  it.each(rows.filter(([, { access }]) => access === 'admin'))('to %s is for administrators', async (_, route) => {
    const api = openApi({}, { auth: 'tokens' });
    expect(outcome(await sendAs(api, 'alice', route, 'alice'))).toEqual([403, 'FORBIDDEN']);
    expect((await sendAs(api, 'admin', route, 'alice')).status).toBeLessThan(300);
  });

  it('to files of the user shared is for all who read', async () => {
    const api = openApi({}, { auth: 'tokens' });
    await api.as('admin', 'PUT', '/v1/files/shared/a', { body: 'text' });
    expect(await api.as('alice', 'GET', '/v1/files/shared/a')).toMatchObject({ status: 200, text: 'text' });
    expect((await api.as('alice', 'GET', '/v1/files/shared')).status).toBe(200);
    for (const method of ['PUT', 'DELETE']) {
      expect(outcome(await api.as('alice', method, '/v1/files/shared/a'))).toEqual([403, 'FORBIDDEN']);
    }
  });

  it('is refused whether or not there is something', async () => {
    const api = openApi({ 'bob/echo': async () => 'x' }, { auth: 'tokens' });
    await api.as('bob', 'PUT', '/v1/functions/bob/echo', { body: 'wasm' });
    const answers = await Promise.all(
      ['echo', 'nothing'].map((name) => api.as('alice', 'GET', `/v1/functions/bob/${name}`)),
    );
    expect(answers.map(({ text }) => text)).toEqual(Array(2).fill(answers[0]?.text));
  });
});

describe('tokens of requests', () => {
  it.each([
    ['no scheme', 'secret'],
    ['another scheme', 'Basic YTpi'],
    ['no token', 'Bearer '],
    ['an unknown token', `Bearer faasm_0123456789ab_${'x'.repeat(43)}`],
    ['no token of ours', 'Bearer eyJhbGciOiJub25lIn0'],
    ['two tokens', 'Bearer a b'],
  ])('that hold %s are refused, also on a host that asks for none', async (_, authorization) => {
    for (const auth of ['open', 'tokens'] as const) {
      const { send } = openApi({}, { auth });
      expect(outcome(await send('GET', '/v1/whoami', { headers: { authorization } }))).toEqual([
        401,
        'UNAUTHENTICATED',
      ]);
    }
  });

  it('say who sends', async () => {
    const api = openApi();
    expect(JSON.parse((await api.send('GET', '/v1/whoami')).text)).toEqual({ user: '*', kind: 'admin' });
    expect(JSON.parse((await api.as('alice', 'GET', '/v1/whoami')).text)).toEqual({ user: 'alice', kind: 'user' });
  });

  it('may be written in any case', async () => {
    const { runtime, send } = openApi({}, { auth: 'tokens' });
    const { token } = await runtime.tokens.create({ user: 'alice', kind: 'user' });
    const answer = await send('GET', '/v1/whoami', { headers: { authorization: `bearer  ${token} ` } });
    expect(answer.status).toBe(200);
  });

  it('are not asked for by public routes, valid or not', async () => {
    const { send } = openApi({}, { auth: 'tokens' });
    const headers = { authorization: 'Bearer nonsense' };
    for (const path of ['/healthz', '/readyz', '/ping', '/openapi.json']) {
      expect((await send('GET', path, { headers })).status).toBe(200);
    }
  });
});
