import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

let server: ServerProcess;
const sample = (name: string): Promise<Buffer<ArrayBuffer>> =>
  readFile(new URL(`../../build/func/demo/${name}.wasm`, import.meta.url));
const request = (method: string, path: string, body?: string | Buffer<ArrayBuffer>): Promise<Response> =>
  fetch(`${server.upload}${path}`, { method, ...(body === undefined ? {} : { body }) });
async function json(
  method: string,
  path: string,
  body?: string | Buffer<ArrayBuffer>,
): Promise<Record<string, unknown>> {
  return (await (await request(method, path, body)).json()) as Record<string, unknown>;
}
const call = async (query = '', input = 'x'): Promise<string> =>
  (await request('POST', `/v1/invoke/demo/f${query}`, input)).text();

beforeAll(async () => {
  server = await startServerProcess({ environment: { FAASM_MAX_FILE_BYTES: '1MiB' } });
});
afterAll(() => server.kill());

describe('functions at /v1/functions', () => {
  it('have versions: called, rolled back, configured, collected', async () => {
    const hello = await json('PUT', '/v1/functions/demo/f', await sample('hello'));
    const echo = await json('PUT', '/v1/functions/demo/f', await sample('echo'));
    expect(hello).toMatchObject({ user: 'demo', function: 'f', resettable: true, reasons: [], settings: {} });
    expect([await call(), await call(`?version=${hello['version']}`)]).toEqual(['x', 'Hello Faasm!']);
    expect(await call(`?version=${String(hello['sha256']).slice(0, 8)}`)).toBe('Hello Faasm!');

    expect(await json('POST', '/v1/functions/demo/f/rollback')).toMatchObject({ version: hello['version'] });
    expect(await call()).toBe('Hello Faasm!');
    await json('POST', '/v1/functions/demo/f/rollback', JSON.stringify({ version: echo['version'] }));
    expect(await call()).toBe('x');

    const patched = await json('PATCH', '/v1/functions/demo/f', '{"limits":{"outputBytes":2}}');
    expect(patched).toMatchObject({ sha256: echo['sha256'], settings: { limits: { outputBytes: 2 } } });
    expect((await request('POST', '/v1/invoke/demo/f', 'long')).headers.get('x-faasm-error')).toBe('OUTPUT_LIMIT');

    const { current, versions } = await json('GET', '/v1/functions/demo/f/versions');
    expect(current).toBe(patched['version']);
    expect(versions).toHaveLength(3);
    const { removed } = await json('POST', '/v1/functions/demo/f/collect', '{"keep":1}');
    expect([...(removed as string[])].sort()).toEqual([hello['version'], echo['version']]);
  });

  it('are given back byte for byte, and removed', async () => {
    const code = await sample('sleep');
    await json('PUT', '/v1/functions/demo/g', code);
    const wasm = await request('GET', '/v1/functions/demo/g/wasm');
    expect(wasm.headers.get('content-type')).toBe('application/wasm');
    expect(Buffer.compare(Buffer.from(await wasm.arrayBuffer()), code)).toBe(0);
    const head = await request('HEAD', '/v1/functions/demo/g/wasm');
    expect(head.headers.get('content-length')).toBe(String(code.length));
    expect(await json('GET', '/v1/functions/demo')).toEqual({
      functions: expect.arrayContaining([{ user: 'demo', function: 'g' }]),
    });
    expect(await json('DELETE', '/v1/functions/demo/g')).toEqual({ removed: true });
    const gone = await request('POST', '/v1/invoke/demo/g');
    expect([gone.status, gone.headers.get('x-faasm-error')]).toEqual([404, 'FUNCTION_NOT_FOUND']);
  });

  it('are refused as what they are', async () => {
    const bad = await request('PUT', '/v1/functions/demo/bad', 'no wasm');
    expect([bad.status, ((await bad.json()) as { code: string }).code]).toEqual([400, 'MODULE_INVALID']);
  });
});

describe('state at /v1/state', () => {
  it('is there for functions and clients alike, empty values too', async () => {
    await json('PUT', '/v1/functions/demo/counter', await sample('state_counter'));
    await (await request('POST', '/v1/invoke/demo/counter')).text();
    const { keys } = await json('GET', '/v1/state/demo');
    expect(keys).toHaveLength(1);
    await json('PUT', '/v1/state/demo/empty/one', '');
    const empty = await request('GET', '/v1/state/demo/empty/one');
    expect([empty.status, await empty.text()]).toEqual([200, '']);
    expect(await json('GET', '/v1/state/demo?prefix=empty')).toEqual({ keys: [{ key: 'empty/one', sizeBytes: 0 }] });
    expect(await json('DELETE', '/v1/state/demo/empty/one')).toEqual({ removed: true });
    expect((await request('HEAD', '/v1/state/demo/empty/one')).status).toBe(404);
  });
});

describe('files at /v1/files', () => {
  it('are kept', async () => {
    const bytes = Buffer.alloc(1024 * 1024, 'x');
    expect(await json('PUT', '/v1/files/demo/data/big.bin', bytes)).toEqual({
      path: 'data/big.bin',
      sizeBytes: bytes.length,
    });
    const file = await request('GET', '/v1/files/demo/data/big.bin');
    expect(Buffer.compare(Buffer.from(await file.arrayBuffer()), bytes)).toBe(0);
    expect((await request('PUT', '/v1/files/demo/data/big.bin', Buffer.alloc(bytes.length + 1))).status).toBe(413);
    expect(await json('DELETE', '/v1/files/demo/data/big.bin')).toEqual({ removed: true });
    expect(await json('GET', '/v1/files/demo')).toEqual({ files: [] });
  });
});

describe('the host', () => {
  it('describes itself', async () => {
    expect(await json('GET', '/v1/host')).toMatchObject({
      platform: `node ${process.versions.node}`,
      store: 'memory',
      threads: expect.any(Number),
    });
    expect(await (await request('GET', '/readyz')).text()).toBe('ok\n');
    const metrics = await (await request('GET', '/metrics')).text();
    expect(metrics).toContain('route="/v1/functions/{user}/{function}",status="201"');
    expect(await json('POST', '/v1/flush')).toEqual({ flushed: true });
  });
});
