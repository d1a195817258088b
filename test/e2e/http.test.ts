import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rawClient } from '../support/raw-client.ts';
import { call, post, runningCalls, uploadSamples } from '../support/samples.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

let server: ServerProcess;
const port = (url: string): number => Number(new URL(url).port);

beforeAll(async () => {
  server = await startServerProcess({
    environment: {
      FAASM_MAX_UPLOAD_BYTES: '1MiB',
      FAASM_MAX_STATE_BYTES: '8MiB',
      FAASM_MAX_INVOKE_BYTES: '1MiB',
      FAASM_BODY_TIMEOUT_MS: '2000',
    },
  });
  await uploadSamples(server, 'hello', 'echo', 'exit_code', 'sleep', 'state_counter');
});
afterAll(() => server.kill());

describe('calls over HTTP', () => {
  it('answer output, call id, start and layer', async () => {
    const answer = await call(server, 'hello');
    expect([answer.status, answer.text]).toEqual([200, 'Hello Faasm!']);
    expect(Number(answer.headers.get('x-faasm-call'))).toBeGreaterThan(0);
    expect(answer.headers.get('x-faasm-start')).toMatch(/^(warm|restored|cold|fresh)$/);
    expect(answer.headers.get('x-faasm-layer')).toMatch(/^(native|portable)$/);
  });

  it('answer large outputs whole', async () => {
    const input = 'é'.repeat(250_000);
    expect((await call(server, 'echo', input)).text).toBe(input);
  });

  it('fail with the code of their error', async () => {
    const failed = await call(server, 'exit_code', '7');
    expect([failed.status, failed.text]).toEqual([500, 'Call failed (return value=7)']);
    expect(failed.headers.get('x-faasm-error')).toBe('FUNCTION_FAILED');
    const json = await post(server, { user: 'demo', function: 'missing' }, { headers: { accept: 'application/json' } });
    expect([json.status, JSON.parse(json.text).code]).toEqual([404, 'FUNCTION_NOT_FOUND']);
  });

  it('run asynchronously', async () => {
    const [long, short] = await Promise.all(
      ['50000', '1'].map(async (ms) => (await call(server, 'sleep', ms, { async: true })).text),
    );
    const status = async (id = ''): Promise<string> => (await post(server, { status: true, id: Number(id) })).text;
    await until(async () => (await status(short)) !== 'RUNNING');
    for (let time = 0; time < 2; time += 1) expect(await status(short)).toBe('SUCCESS: Slept 1 ms');
    expect(await status(long)).toBe('RUNNING');
    await fetch(`${server.invoke}/v1/calls/${long}`, { method: 'DELETE' });
    await until(async () => (await status(long)) !== 'RUNNING');
    expect(await status(long)).toMatch(/^FAILED: CANCELLED/);
  });

  it('run side by side', async () => {
    const start = performance.now();
    const answers = await Promise.all(Array.from({ length: 50 }, () => call(server, 'sleep', '1000')));
    expect(answers.map((answer) => answer.status)).toEqual(Array(50).fill(200));
    expect(performance.now() - start).toBeLessThan(50 * 1_000);
  });

  it('keep state', async () => {
    await call(server, 'state_counter');
    const second = await call(server, 'state_counter');
    expect(second.text).toMatch(/2/);
  });

  it('are refused with 400 and the field when the JSON has wrong types', async () => {
    const answer = await post(server, { user: 'demo', function: 'echo', input_data: 7 });
    expect([answer.status, answer.headers.get('x-faasm-error')]).toEqual([400, 'BAD_REQUEST']);
    expect(answer.text).toContain('"input_data" must be a string, not 7');
  });
});

describe('uploads over HTTP', () => {
  it('refuse what is no function, and keep the function there was', async () => {
    const bad = await fetch(`${server.upload}/f/demo/hello`, { method: 'PUT', body: 'no wasm' });
    expect([bad.status, bad.headers.get('x-faasm-error')]).toEqual([400, 'MODULE_INVALID']);
    expect((await call(server, 'hello')).text).toBe('Hello Faasm!');
  });

  it.each(['/f/demo/..', '/f/../demo', '/f/demo/%2e%2e%2fx', '/f/demo/%00', '/s/demo', '/f/', '//f/demo/hello'])(
    'refuse the path %s',
    async (path) => {
      // fetch and URL would normalise the path.
      const client = await rawClient(port(server.upload));
      client.send(`PUT ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx`);
      expect(await client.receive()).toMatch(/^HTTP\/1.1 40[04] [\s\S]*x-faasm-error: [A-Z_]+/);
    },
  );

  it('keep state under any printable key', async () => {
    const value = Buffer.alloc(5_000_000, 'abc');
    const url = `${server.upload}/s/demo/${encodeURIComponent('a/../b é?#%')}`;
    expect((await fetch(url, { method: 'PUT', body: value })).status).toBe(200);
    expect(Buffer.compare(Buffer.from(await (await fetch(url)).arrayBuffer()), value)).toBe(0);
    const missing = await fetch(`${server.upload}/s/demo/missing`);
    expect([missing.status, missing.headers.get('x-faasm-error')]).toEqual([404, 'STATE_NOT_FOUND']);
  });
});

describe('clients that are broken', () => {
  it('are told that their body is too large, on all routes', async () => {
    const requests: [string, string, number][] = [
      [server.upload, 'PUT /f/demo/big', 1],
      [server.upload, 'PUT /s/demo/big', 8],
      [server.invoke, 'POST /', 1],
    ];
    for (const [url, line, mib] of requests) {
      const client = await rawClient(port(url));
      const size = mib * 1024 * 1024 + 1;
      client.send(`${line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${size}\r\n\r\n`);
      client.send(Buffer.alloc(size));
      expect(await client.receive(/allowed here/)).toMatch(/^HTTP\/1.1 413 [\s\S]*BODY_TOO_LARGE/);
      client.socket.destroy();
    }
  });

  it('are told that their body comes too slowly', async () => {
    const client = await rawClient(port(server.invoke));
    client.send('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{');
    expect(await client.receive(/too slowly/)).toMatch(/^HTTP\/1.1 408 [\s\S]*BODY_TIMEOUT/);
  });

  it('do not leave their calls running when they go away', async () => {
    for (const how of ['end', 'destroy'] as const) {
      const client = await rawClient(port(server.invoke));
      const body = JSON.stringify({ user: 'demo', function: 'sleep', input_data: '50000' });
      client.send(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      await until(async () => (await runningCalls(server, 'sleep')) === 1);
      // Sooner, an end only says that no other request comes.
      await new Promise((resolve) => setTimeout(resolve, 500));
      client.socket[how]();
      client.socket.resume();
      await until(async () => (await runningCalls(server, 'sleep')) === 0);
    }
    expect((await call(server, 'hello')).status).toBe(200);
  });

  it('cannot hold a connection with a flood of headers', async () => {
    const client = await rawClient(port(server.invoke));
    client.send('GET / HTTP/1.1\r\nHost: localhost\r\n');
    for (let i = 0; i < 3000; i += 1) client.send(`X-${i}: ${'x'.repeat(100)}\r\n`);
    expect(await client.receive()).toMatch(/^HTTP\/1.1 431 /);
  });

  it('leave the server in good order', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => call(server, 'echo', 'still here')));
    expect(answers.map((answer) => answer.text)).toEqual(Array(100).fill('still here'));
    server.process.kill('SIGTERM');
    expect(await server.exit).toBe(0);
  });
});
