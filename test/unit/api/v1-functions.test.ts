import { describe, expect, it } from '@jest/globals';
import { openApi, outcome, type TestAnswer, type TestApi } from './support.ts';

const HELLO = '/v1/functions/demo/hello';
const json = (answer: TestAnswer): Record<string, unknown> => JSON.parse(answer.text);

/** Uploads `codes` as versions of demo/hello, and answers their ids. */
async function upload({ send }: TestApi, ...codes: readonly string[]): Promise<readonly string[]> {
  const versions: string[] = [];
  for (const body of codes) versions.push(String(json(await send('PUT', HELLO, { body }))['version']));
  return versions;
}

describe('functions', () => {
  it('are uploaded as versions', async () => {
    const { runtime, send } = openApi();
    const answer = await send('PUT', HELLO, { body: 'wasm' });
    const document = json(answer);
    expect(answer).toMatchObject({ status: 201, headers: { 'x-faasm-version': document['version'] } });
    expect(document).toMatchObject({
      user: 'demo',
      function: 'hello',
      sizeBytes: 4,
      settings: {},
      resettable: true,
      reasons: [],
    });
    expect(Buffer.from(runtime.uploads.get('demo/hello') ?? '').toString()).toBe('wasm');
    expect(outcome(await send('PUT', HELLO))).toEqual([400, 'BAD_REQUEST']);
    expect(outcome(await send('PUT', HELLO, { body: 'x'.repeat(101) }))).toEqual([413, 'BODY_TOO_LARGE']);
  });

  it('are uploaded with a memory limit, which new functions and versions keep with their other settings', async () => {
    const { send } = openApi();
    const first = await send('PUT', `${HELLO}?memory=268435456`, { body: 'wasm' });
    expect(json(first)).toMatchObject({ settings: { limits: { memoryBytes: 268_435_456 } } });
    await send('PATCH', HELLO, {
      body: JSON.stringify({ limits: { timeoutMs: 5000 }, environment: { MODE: 'fast' } }),
    });
    const second = await send('PUT', `${HELLO}?memory=131072`, { body: 'other' });
    expect(json(second)['settings']).toEqual({
      limits: { timeoutMs: 5000, memoryBytes: 131_072 },
      environment: { MODE: 'fast' },
    });
    for (const wrong of ['0', '65535', '4294967297', '1GiB', '']) {
      expect(outcome(await send('PUT', `${HELLO}?memory=${wrong}`, { body: 'wasm' }))).toEqual([400, 'BAD_REQUEST']);
    }
  });

  it('are described and given back, each version', async () => {
    const api = openApi();
    const [first, second] = await upload(api, 'one', 'two');
    expect(json(await api.send('GET', HELLO))).toMatchObject({ version: second, sizeBytes: 3 });
    expect(json(await api.send('GET', `${HELLO}?version=${first}`))).toMatchObject({ version: first });
    const code = await api.send('GET', `${HELLO}/wasm?version=${first}`);
    expect(code).toMatchObject({
      text: 'one',
      headers: { 'content-type': 'application/wasm', 'x-faasm-version': first },
    });
    expect((await api.send('GET', `${HELLO}/wasm`)).text).toBe('two');
    expect(outcome(await api.send('GET', `${HELLO}?version=deadbeef`))).toEqual([404, 'VERSION_NOT_FOUND']);
    expect(outcome(await api.send('GET', '/v1/functions/demo/nothing'))).toEqual([404, 'FUNCTION_NOT_FOUND']);
  });

  it('are configured', async () => {
    const api = openApi();
    const [first] = await upload(api, 'one');
    const body = JSON.stringify({ limits: { timeoutMs: 5000 }, environment: { MODE: 'fast' } });
    const document = json(await api.send('PATCH', HELLO, { body }));
    expect(document).toMatchObject({ settings: { limits: { timeoutMs: 5000 }, environment: { MODE: 'fast' } } });
    expect(document['version']).not.toBe(first);
    const reset = await api.send('PATCH', HELLO, { body: '{"environment":null}' });
    expect(json(reset)['settings']).toEqual({ limits: { timeoutMs: 5000 } });
    const wrong = await api.send('PATCH', HELLO, { body: '{"limits":{"timeoutMs":"5s"}}' });
    expect(outcome(wrong)).toEqual([400, 'BAD_REQUEST']);
    expect(json(wrong)['message']).toContain('timeoutMs');
  });

  it('are listed', async () => {
    const { send, as } = openApi();
    for (const path of ['alice/b', 'alice/a', 'bob/a']) await send('PUT', `/v1/functions/${path}`, { body: 'x' });
    const alices = [
      { user: 'alice', function: 'a' },
      { user: 'alice', function: 'b' },
    ];
    expect(json(await send('GET', '/v1/functions'))).toEqual({
      functions: [...alices, { user: 'bob', function: 'a' }],
    });
    expect(json(await send('GET', '/v1/functions/alice'))).toEqual({ functions: alices });
    expect(json(await as('alice', 'GET', '/v1/functions'))).toEqual({ functions: alices });
    expect(json(await send('GET', '/v1/functions/nobody'))).toEqual({ functions: [] });
  });

  it('are removed', async () => {
    const api = openApi();
    await upload(api, 'one');
    expect(json(await api.send('DELETE', HELLO))).toEqual({ removed: true });
    expect(outcome(await api.send('DELETE', HELLO))).toEqual([404, 'FUNCTION_NOT_FOUND']);
  });
});

describe('versions of functions', () => {
  it('are listed, newest first', async () => {
    const api = openApi();
    const versions = await upload(api, 'one', 'two');
    const listed = json(await api.send('GET', `${HELLO}/versions`));
    expect(listed['current']).toBe(versions[1]);
    expect((listed['versions'] as { version: string }[]).map(({ version }) => version)).toEqual(
      [...versions].reverse(),
    );
  });

  it('are rolled back to', async () => {
    const api = openApi();
    const [first, second, third] = await upload(api, 'one', 'two', 'three');
    expect(json(await api.send('POST', `${HELLO}/rollback`))).toMatchObject({ version: second });
    const body = JSON.stringify({ version: first });
    expect(json(await api.send('POST', `${HELLO}/rollback`, { body }))).toMatchObject({ version: first });
    expect(
      json(await api.send('POST', `${HELLO}/rollback`, { body: JSON.stringify({ version: third }) })),
    ).toMatchObject({
      version: third,
    });
    const wrong = await api.send('POST', `${HELLO}/rollback`, { body: '{"version":"latest"}' });
    expect(json(wrong)['message']).toContain('Field "version"');
  });

  it('are removed one by one, but the current one', async () => {
    const api = openApi();
    const [first, second] = await upload(api, 'one', 'two');
    expect(outcome(await api.send('DELETE', `${HELLO}/versions/${second}`))).toEqual([409, 'VERSION_IN_USE']);
    expect(json(await api.send('DELETE', `${HELLO}/versions/${first}`))).toEqual({ removed: true });
    expect(outcome(await api.send('DELETE', `${HELLO}/versions/${first}`))).toEqual([404, 'VERSION_NOT_FOUND']);
  });

  it('are collected', async () => {
    const api = openApi();
    const versions = await upload(api, 'one', 'two', 'three');
    expect(json(await api.send('POST', `${HELLO}/collect`))).toEqual({ removed: [] });
    const answer = await api.send('POST', `${HELLO}/collect`, { body: '{"keep":1}' });
    expect([...(json(answer)['removed'] as string[])].sort()).toEqual(versions.slice(0, 2));
    for (const body of ['{"keep":-1}', '{"keep":"1"}', '{"kept":1}']) {
      expect(outcome(await api.send('POST', `${HELLO}/collect`, { body }))).toEqual([400, 'BAD_REQUEST']);
    }
  });
});
