import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../support/free-port.ts';
import { post, uploadSamples } from '../support/samples.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

let server: ServerProcess;
beforeAll(async () => {
  // One port for everything, as some of Faasm's clients are set up.
  const port = String(await freePort());
  server = await startServerProcess({ environment: { FAASM_INVOKE_PORT: port, FAASM_UPLOAD_PORT: port } });
  await uploadSamples(server, 'hello', 'echo', 'exit_code', 'sleep');
});
afterAll(() => server.kill());

const planner = (type: string, payload?: object): Promise<Response> =>
  fetch(server.invoke, {
    method: 'POST',
    body: JSON.stringify({ http_type: type, ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }) }),
  });

describe('one port', () => {
  it('serves calls and uploads', async () => {
    expect(server.invoke).toBe(server.upload);
    expect((await post(server, { user: 'demo', function: 'hello' })).text).toBe('Hello Faasm!');
  });
});

describe("Faasm's upload server", () => {
  it('gives functions back', async () => {
    const wasm = await readFile(new URL('../../build/func/demo/hello.wasm', import.meta.url));
    const answer = await fetch(`${server.upload}/f/demo/hello`);
    expect(Buffer.compare(Buffer.from(await answer.arrayBuffer()), wasm)).toBe(0);
    expect((await fetch(`${server.upload}/fo/demo/hello`)).status).toBe(501);
  });

  it('keeps Python functions and shared files', async () => {
    const source = 'def main():\n    print("hello")\n';
    const put = await fetch(`${server.upload}/p/python/hello`, { method: 'PUT', body: source });
    expect(await put.text()).toBe('Python function upload complete\n');
    expect(await (await fetch(`${server.upload}/p/python/hello`)).text()).toBe(source);
    const headers = { FilePath: 'data/words.txt' };
    const file = await fetch(`${server.upload}/file`, { method: 'PUT', headers, body: 'a b c' });
    expect(await file.text()).toBe('Shared file uploaded\n');
    expect(await (await fetch(`${server.upload}/file`, { headers })).text()).toBe('a b c');
    expect(await (await fetch(`${server.upload}/ping`)).text()).toBe('PONG');
  });
});

describe("Faasm's invocations", () => {
  it('take bytes in base64, and flush', async () => {
    const echo = { user: 'demo', function: 'echo', input_data_base64: Buffer.from('bytes').toString('base64') };
    expect((await post(server, echo)).text).toBe('bytes');
    expect((await post(server, { flush: true })).text).toBe('Flush sent');
    expect((await post(server, { ...echo, typescript: true })).text).toBe('bytes');
    const python = await post(server, { user: 'python', function: 'py_func', python: true, py_func: 'hello' });
    expect([python.status, python.headers.get('x-faasm-error')]).toEqual([501, 'NOT_SUPPORTED']);
  });

  it('have the form of the first edge server', async () => {
    const edge = (prefix: string): Promise<Response> =>
      fetch(`${server.upload}/${prefix}/demo/echo`, { method: 'POST', body: 'raw' });
    expect(await (await edge('f')).text()).toBe('raw');
    const id = Number(await (await edge('fa')).text());
    const status = async (): Promise<string> => (await post(server, { status: true, id })).text;
    while ((await status()) === 'RUNNING') await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await status()).toBe('SUCCESS: raw');
  });
});

describe("Faasm's planner", () => {
  it('runs batches as its command line asks for them', async () => {
    const appId = 1234;
    const messages = ['one', 'two', 'three'].map((text, index) => ({
      id: index + 1,
      appId,
      user: 'demo',
      function: 'echo',
      input_data: Buffer.from(text).toString('base64'),
    }));
    const asked = await planner('EXECUTE_BATCH', { appId, user: 'demo', function: 'echo', messages });
    const accepted = (await asked.json()) as { expectedNumMessages: number };
    expect([asked.status, accepted]).toEqual([
      200,
      { appId, finished: false, messageResults: [], expectedNumMessages: 3 },
    ]);
    // The client sends the status back that it got.
    const status = async (): Promise<{ finished: boolean; messageResults: { output_data: string }[] }> =>
      (await (await planner('EXECUTE_BATCH_STATUS', accepted)).json()) as never;
    while (!(await status()).finished) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await status()).messageResults.map((result) => result.output_data)).toEqual(['one', 'two', 'three']);
    const graph = (await (await planner('GET_EXEC_GRAPH', { appId, id: 2 })).json()) as object;
    expect(graph).toMatchObject({ root: { msg: { id: 2, output_data: 'two', returnValue: 0 } } });
  });

  it('tells return values', async () => {
    const messages = [{ id: 1, input_data: Buffer.from('5').toString('base64') }];
    await planner('EXECUTE_BATCH', { appId: 77, user: 'demo', function: 'exit_code', messages });
    const status = async (): Promise<{ finished: boolean }> =>
      (await (await planner('EXECUTE_BATCH_STATUS', { appId: 77 })).json()) as never;
    while (!(await status()).finished) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await status()).toMatchObject({ messageResults: [{ returnValue: 5 }] });
  });

  it('says what runs where', async () => {
    const input = Buffer.from('60000').toString('base64');
    await planner('EXECUTE_BATCH', { appId: 88, user: 'demo', function: 'sleep', messages: [{ input_data: input }] });
    const { apps } = (await (await planner('GET_IN_FLIGHT_APPS')).json()) as { apps: object[] };
    expect(apps).toMatchObject([{ appId: 88, size: 1 }]);
    const { hosts } = (await (await planner('GET_AVAILABLE_HOSTS')).json()) as { hosts: object[] };
    expect(hosts).toMatchObject([{ slots: expect.any(Number), usedSlots: expect.any(Number) }]);
    expect(await (await planner('RESET')).text()).toBe('Planner fully reset!');
    const forgotten = await planner('EXECUTE_BATCH_STATUS', { appId: 88 });
    expect([forgotten.status, await forgotten.text()]).toEqual([404, 'App not registered in results']);
  });
});
