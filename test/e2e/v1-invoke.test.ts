import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { hostImports, INPUT, PRINT, SLEEP } from '../support/guests/host-imports.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { wat } from '../support/wat.ts';

let server: ServerProcess;
const url = (path: string): string => `${server.invoke}${path}`;
const invoke = (name: string, init: RequestInit = {}): Promise<Response> =>
  fetch(url(`/v1/invoke/demo/${name}`), { method: 'POST', ...init });
const upload = async (name: string, code: Uint8Array): Promise<void> => {
  const body = new Uint8Array(code);
  expect((await fetch(url(`/v1/functions/demo/${name}`), { method: 'PUT', body })).status).toBe(201);
};
const record = async (path: string): Promise<Record<string, unknown>> =>
  (await (await fetch(url(path))).json()) as Record<string, unknown>;

/** Prints `first`, waits until the word `gate` of the state is not 0, then traps if it is told to, and prints `second`. */
const STREAMER = `(module
  ${hostImports('read_input', 'fd_write', 'poll_oneoff', 'state_ptr')}
  (memory 1)
  (data (i32.const 600) "gate\\00") (data (i32.const 1024) "first") (data (i32.const 1032) "second")
  ${INPUT} ${PRINT} ${SLEEP}
  (func (export "main") (result i32)
    (drop (call $print (i32.const 1) (i32.const 1024) (i32.const 5)))
    (loop $closed
      (call $sleep (i32.const 5))
      (br_if $closed (i32.eqz (i32.load (call $state_ptr (i32.const 600) (i32.const 4))))))
    (if (call $input (i32.const 0)) (then unreachable))
    (drop (call $print (i32.const 1) (i32.const 1032) (i32.const 6)))
    (i32.const 0)))`;
const words = (...values: readonly number[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Uint32Array.from(values).buffer);

beforeAll(async () => {
  server = await startServerProcess();
  for (const name of ['echo', 'exit_code', 'sleep', 'state_counter', 'stdio']) {
    await upload(name, await readFile(new URL(`../../build/func/demo/${name}.wasm`, import.meta.url)));
  }
  await upload('streamer', await wat(STREAMER));
});
afterAll(() => server.kill());

describe('calls at /v1/invoke', () => {
  it('take and give bytes, and say how they ran', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const bytes = Uint8Array.of(0, 1, 254, 255);
    const answer = await invoke('echo', { body: bytes, headers: { traceparent } });
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes);
    const headers = Object.fromEntries(answer.headers);
    expect(headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'x-faasm-version': expect.stringMatching(/^\d{8}T\d{9}Z-[\da-f]{8}$/),
      'x-faasm-start': expect.stringMatching(/^(warm|restored|cold|fresh)$/),
      'x-faasm-times': expect.stringMatching(/^queued=\d+\.\d, init=\d+\.\d, run=\d+\.\d(, cpu=\d+\.\d)?$/),
      traceparent: expect.stringMatching(/^00-a{32}-(?!b{16})[\da-f]{16}-01$/),
    });
    const known = await record(`/v1/calls/${headers['x-faasm-call']}`);
    expect(known).toMatchObject({ state: 'success', outputBytes: 4, traceparent: headers['traceparent'] });
  });

  it('call text text', async () => {
    const answer = await invoke('echo', { body: 'text é' });
    expect([answer.headers.get('content-type'), await answer.text()]).toEqual(['text/plain; charset=utf-8', 'text é']);
  });

  it('fail with their error and their id', async () => {
    const answer = await invoke('exit_code', { body: '7' });
    const error = (await answer.json()) as Record<string, unknown>;
    expect([answer.status, error]).toEqual([
      500,
      { code: 'FUNCTION_FAILED', message: expect.any(String), call: expect.any(Number), returnValue: 7 },
    ]);
    expect(await record(`/v1/calls/${error['call']}`)).toMatchObject({ state: 'failed', returnValue: 7 });
    const late = await invoke('sleep?timeout=50', { body: '30000' });
    expect([late.status, late.headers.get('x-faasm-error')]).toEqual([504, 'TIMEOUT']);
  });

  it('have arguments and a log', async () => {
    const answer = await invoke('stdio?cmdline=one+two', { body: 'line\n' });
    expect(await answer.text()).toContain('argument 2: two');
    const log = await fetch(url(`/v1/calls/${answer.headers.get('x-faasm-call')}/log`));
    expect([log.headers.get('content-type'), await log.text()]).toEqual([
      'text/plain; charset=utf-8',
      '1 lines of input\n',
    ]);
  });

  it('go on without their client when it asks for that', async () => {
    const answer = await invoke('sleep?async=1', { body: '100' });
    const { id } = (await answer.json()) as { id: number };
    expect([answer.status, answer.headers.get('location')]).toEqual([202, `/v1/calls/${id}`]);
    const early = await fetch(url(`/v1/calls/${id}/result`));
    expect([202, 200]).toContain(early.status);
    await early.arrayBuffer();
    for (let i = 0; i < 2; i += 1) {
      const result = await fetch(url(`/v1/calls/${id}/result?wait=20000`));
      expect([result.status, await result.text()]).toEqual([200, 'Slept 100 ms']);
    }
  });

  it('are waited for as long as is asked', async () => {
    const late = await invoke('sleep?wait=20', { body: '30000' });
    const { id } = (await late.json()) as { id: number };
    expect(late.status).toBe(202);
    const cancelled = await fetch(url(`/v1/calls/${id}`), { method: 'DELETE' });
    expect(await cancelled.json()).toEqual({ cancelled: true });
    const result = await fetch(url(`/v1/calls/${id}/result?wait=20000`));
    expect([result.status, result.headers.get('x-faasm-error')]).toEqual([499, 'CANCELLED']);
    expect(await (await invoke('sleep?wait=20000', { body: '1' })).text()).toBe('Slept 1 ms');
  });

  it('with the same key are one', async () => {
    const headers = { 'idempotency-key': 'count once' };
    const count = async (init: RequestInit = {}): Promise<string> => (await invoke('state_counter', init)).text();
    const first = await count({ headers });
    expect(await Promise.all([count({ headers }), count({ headers })])).toEqual([first, first]);
    expect(await count()).not.toBe(first);
  });

  it('are listed', async () => {
    const { calls } = await record('/v1/calls?function=exit_code&state=failed&limit=1');
    expect(calls).toMatchObject([{ user: 'demo', function: 'exit_code', returnValue: 7 }]);
  });
});

describe('streamed calls', () => {
  const setGate = (word: number): Promise<unknown> =>
    fetch(url('/v1/state/demo/gate'), { method: 'PUT', body: words(word) });
  beforeEach(() => setGate(0));

  it('answer while they run', async () => {
    const answer = await invoke('streamer?stream=1', { body: words(0) });
    const reader = answer.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first');
    expect(await record(`/v1/calls/${answer.headers.get('x-faasm-call')}`)).toMatchObject({ state: 'running' });
    await setGate(1);
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('second');
    expect((await reader?.read())?.done).toBe(true);
  });

  it('break off when they fail', async () => {
    const answer = await invoke('streamer?stream=1', { body: words(1) });
    expect(answer.status).toBe(200);
    await setGate(1);
    await expect(answer.text()).rejects.toThrow();
    const known = await record(`/v1/calls/${answer.headers.get('x-faasm-call')}`);
    expect(known).toMatchObject({ state: 'failed', error: { code: 'GUEST_TRAP' } });
  });

  it('end when their client goes away', async () => {
    const client = new AbortController();
    const answer = await invoke('streamer?stream=1', { body: words(0), signal: client.signal });
    client.abort();
    const known = await record(`/v1/calls/${answer.headers.get('x-faasm-call')}?wait=20000`);
    expect(known).toMatchObject({ state: 'failed', error: { code: 'CANCELLED' } });
  });

  it('have the status of a failure that comes first', async () => {
    const answer = await invoke('exit_code?stream=1', { body: '3' });
    expect([answer.status, answer.headers.get('x-faasm-error')]).toEqual([500, 'FUNCTION_FAILED']);
  });
});
