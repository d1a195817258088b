import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PlatformCapabilities } from '../../src/index.ts';
import { BYTES_GUEST } from '../support/guests/bytes.ts';
import { words } from '../support/runtime.ts';
import { wat } from '../support/wat.ts';

/** A host on a platform, as its clients reach it. */
export interface PlatformUnderTest {
  readonly capabilities: PlatformCapabilities;
  /** An administrator's token. */
  readonly token: string;
  /** Sends a request through the platform. The host of the URL does not matter. `timeoutMs`: what the platform gives it. */
  fetch(request: Request, timeoutMs?: number): Promise<Response>;
  /** Starts a new process on the same stores, as a platform does that has none warm. */
  restart(): Promise<void>;
  /** What the host has printed since its start. */
  output(): string;
  close(): Promise<void>;
}

type Body = string | Uint8Array<ArrayBuffer>;

const BYTES = 'application/octet-stream';
const SAMPLES = ['hello', 'echo', 'sleep', 'exit_code', 'abort', 'state_counter', 'stderr'];
/** Room that an event or answer needs around its body. */
const AROUND_BYTES = 8 * 1024;

/** What a host does behind every platform and every adapter. */
export function platformAdapterContract(name: string, open: () => Promise<PlatformUnderTest>): void {
  describe(`behaviour: ${name}`, () => {
    let platform: PlatformUnderTest;

    const send = (method: string, path: string, init: RequestInit = {}, timeoutMs?: number): Promise<Response> => {
      const headers = { authorization: `Bearer ${platform.token}`, ...(init.headers as Record<string, string>) };
      return platform.fetch(new Request(`https://faasm.test${path}`, { method, ...init, headers }), timeoutMs);
    };
    const bytes = (body: Body): RequestInit => ({ body, headers: { 'content-type': BYTES } });
    const call = (sample: string, input: Body = '', query = '', timeoutMs?: number): Promise<Response> =>
      send('POST', `/v1/invoke/demo/${sample}${query}`, bytes(input), timeoutMs);
    const message = (json: object): Promise<Response> =>
      send('POST', '/', { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } });
    const code = (response: Response): string | null => response.headers.get('x-faasm-error');

    const upload = async (name: string, wasm: Uint8Array): Promise<void> => {
      const response = await send('PUT', `/f/demo/${name}`, bytes(wasm.slice()));
      expect([response.status, await response.text()]).toEqual([200, 'Function upload complete\n']);
    };

    beforeAll(async () => {
      platform = await open();
      for (const sample of SAMPLES) {
        await upload(sample, await readFile(new URL(`../../build/func/demo/${sample}.wasm`, import.meta.url)));
      }
      await upload('bytes', await wat(BYTES_GUEST));
    });
    afterAll(() => platform?.close());

    it('answers what a function answers', async () => {
      const hello = await message({ user: 'demo', function: 'hello' });
      expect([hello.status, await hello.text()]).toEqual([200, 'Hello Faasm!']);
      const echo = await call('echo', 'any input');
      expect([echo.status, await echo.text()]).toEqual([200, 'any input']);
      expect(echo.headers.get('content-type')).toMatch(/^text\/plain/);
      expect(Number(echo.headers.get('x-faasm-call'))).toBeGreaterThan(0);
      expect(echo.headers.get('x-faasm-layer')).toBe(platform.capabilities.layers[0]);
    });

    it('passes bytes as they are', async () => {
      const every = Uint8Array.from({ length: 1024 }, (_, index) => index % 256);
      const response = await call('echo', every);
      expect(response.headers.get('content-type')).toBe(BYTES);
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(every);
    });

    it('passes text of any script, in bodies, paths and queries', async () => {
      const text = 'Grüße, 世界, 👋\u0000\ufeff and "quotes" \\ ';
      expect(await (await call('echo', text)).text()).toBe(text);
      expect(await (await message({ user: 'demo', function: 'echo', input_data: text })).text()).toBe(text);
      const key = '日本 語/ä+b%2F&c=d?';
      const path = `/v1/state/demo/${key.split('/').map(encodeURIComponent).join('/')}`;
      expect((await send('PUT', path, bytes('value'))).status).toBe(200);
      const list = await send('GET', `/v1/state/demo?prefix=${encodeURIComponent(key.slice(0, 6))}`);
      expect(await list.json()).toEqual({ keys: [{ key, sizeBytes: 5 }] });
      expect((await send('DELETE', path)).status).toBe(200);
    });

    it('says what is wrong with a request', async () => {
      const wrong = await message({ user: 'demo', function: 'echo', input_data: 7 });
      expect([wrong.status, code(wrong)]).toEqual([400, 'BAD_REQUEST']);
      expect(await wrong.text()).toContain('"input_data"');
      const missing = await send('GET', '/nowhere');
      expect([missing.status, code(missing)]).toEqual([404, 'ROUTE_NOT_FOUND']);
      const method = await send('DELETE', '/v1/whoami');
      expect([method.status, method.headers.get('allow')]).toEqual([405, expect.stringContaining('GET')]);
      const query = await call('echo', 'x', '?wait=soon');
      expect([query.status, code(query)]).toEqual([400, 'BAD_REQUEST']);
      const module = await send('PUT', '/f/demo/broken', bytes('no module'));
      expect([module.status, code(module)]).toEqual([400, 'MODULE_INVALID']);
    });

    it('lets nobody in without a token', async () => {
      const none = await platform.fetch(new Request('https://faasm.test/v1/functions'));
      expect([none.status, code(none)]).toEqual([401, 'UNAUTHENTICATED']);
      const wrong = await send('GET', '/v1/functions', { headers: { authorization: 'Bearer faasm_wrong' } });
      expect(wrong.status).toBe(401);
      const created = await send('POST', '/v1/tokens', { body: JSON.stringify({ user: 'demo' }) });
      const { token } = (await created.json()) as { token: string };
      const own = { headers: { authorization: `Bearer ${token}` } };
      expect((await send('GET', '/v1/functions/demo', own)).status).toBe(200);
      expect((await send('GET', '/v1/functions/other', own)).status).toBe(403);
    });

    it('answers failures of functions with their codes', async () => {
      const failed = await call('exit_code', '7');
      expect([failed.status, code(failed)]).toEqual([500, 'FUNCTION_FAILED']);
      expect(await failed.json()).toMatchObject({ code: 'FUNCTION_FAILED', returnValue: 7 });
      const trapped = await call('abort');
      expect(trapped.status).toBe(500);
      const missing = await call('missing');
      expect([missing.status, code(missing)]).toEqual([404, 'FUNCTION_NOT_FOUND']);
      expect((await call('echo', 'after it')).status).toBe(200);
    });

    it('ends a call before the platform ends the event, and is clean afterwards', async () => {
      const late = await call('sleep', '60000', '', 1_500);
      expect([late.status, code(late)]).toEqual([504, 'TIMEOUT']);
      const next = await call('sleep', '1');
      expect([next.status, await next.text()]).toEqual([200, 'Slept 1 ms']);
    });

    it('takes events and sends answers up to the size of the platform', async () => {
      const { maxEventBytes, maxAnswerBytes } = platform.capabilities;
      // Bytes travel in base64 on platforms that send JSON.
      const size = Math.floor(((Math.min(maxEventBytes, maxAnswerBytes) - AROUND_BYTES) * 3) / 4);
      const value = Buffer.alloc(size, 0xff);
      expect((await send('PUT', '/v1/state/demo/large', bytes(value))).status).toBe(200);
      const back = await send('GET', '/v1/state/demo/large');
      expect(back.status).toBe(200);
      expect(value.equals(Buffer.from(await back.arrayBuffer()))).toBe(true);
    });

    it('says which size is allowed when an answer is larger', async () => {
      const { maxAnswerBytes } = platform.capabilities;
      const answer = await call('bytes', words([maxAnswerBytes + 1]).slice());
      if (!Number.isFinite(maxAnswerBytes)) return;
      expect([answer.status, code(answer)]).toEqual([413, 'BODY_TOO_LARGE']);
      expect(await answer.text()).toContain(String(maxAnswerBytes));
      expect(await (await call('bytes', words([3]).slice())).arrayBuffer()).toEqual(
        Uint8Array.of(255, 255, 255).buffer,
      );
    });

    it('runs calls side by side', async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => call('echo', `number ${index}`)));
      expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(
        Array.from({ length: 8 }, (_, index) => `number ${index}`),
      );
    });

    it('keeps state from call to call', async () => {
      expect(await (await call('state_counter')).text()).toBe('Counter: 001');
      expect(await (await call('state_counter')).text()).toBe('Counter: 002');
      expect((await send('DELETE', '/v1/state/demo/counter')).status).toBe(200);
      expect(await (await call('state_counter')).text()).toBe('Counter: 001');
    });

    it('runs asynchronous calls to their end', async () => {
      const submitted = await message({ user: 'demo', function: 'sleep', input_data: '100', async: true });
      const id = Number(await submitted.text());
      const status = async (): Promise<string> => (await message({ status: true, id })).text();
      // Where nothing runs between events it has ended by now.
      if (!platform.capabilities.background) expect(await status()).toBe('SUCCESS: Slept 100 ms');
      while ((await status()) === 'RUNNING') await new Promise((done) => setTimeout(done, 20));
      expect(await status()).toBe('SUCCESS: Slept 100 ms');
    });

    it('puts what functions log into its own log', async () => {
      const response = await call('stderr');
      expect(response.status).toBe(200);
      const log = await send('GET', `/v1/calls/${response.headers.get('x-faasm-call')}/log`);
      const text = await log.text();
      expect(text.length).toBeGreaterThan(0);
      expect(platform.output()).toContain(JSON.stringify(text).slice(1, -1).slice(0, 20));
    });

    it('starts cold on a new process, from its stores, and is warm afterwards', async () => {
      await platform.restart();
      const cold = await call('hello');
      expect([cold.status, cold.headers.get('x-faasm-start')]).toEqual([200, 'cold']);
      let start: string | null = null;
      for (let tries = 0; tries < 50 && start !== 'warm'; tries += 1) {
        start = (await call('hello')).headers.get('x-faasm-start');
      }
      expect(start).toBe('warm');
    });
  });
}
