import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ADMIN = 'chosen-by-the-operator-of-this-host';
const run = promisify(execFile);
let server: ServerProcess;
let folder: string;
beforeAll(async () => {
  server = await startServerProcess({ environment: { FAASM_ADMIN_TOKEN: ADMIN } });
  folder = await mkdtemp(join(tmpdir(), 'faasm-client-'));
});
afterAll(async () => {
  await server.kill();
  await rm(folder, { recursive: true, force: true });
});

/** What somebody would write with the generated client: uploads, calls, and looks at the call. */
const PROGRAM = `
  import { readFile } from 'node:fs/promises';
  import { createToken, getCall, invoke, putState, getState, uploadFunction, whoAmI } from './client/sdk.gen.ts';
  import { client } from './client/client.gen.ts';

  const [baseUrl, admin, wasm] = process.argv.slice(2);
  const bytes = (text: string): Blob => new Blob([text]);
  const path = { user: 'demo', function: 'echo' };
  client.setConfig({ baseUrl, auth: admin ?? '' });
  const created = await createToken({ body: { user: 'demo', note: 'generated client' } });
  client.setConfig({ auth: created.data?.token ?? '' });
  const uploaded = await uploadFunction({ path, body: new Blob([await readFile(wasm ?? '')]) });
  const called = await invoke({ path, body: bytes('Hello client'), query: { timeout: 50_000 } });
  const later = await invoke({ path, body: bytes('later'), query: { async: true } });
  const record = await getCall({ path: { call: (later.data as { id: number }).id }, query: { wait: 20000 } });
  await putState({ path: { user: 'demo', key: 'a/b c' }, body: bytes('value') });
  const state = await getState({ path: { user: 'demo', key: 'a/b c' }, parseAs: 'text' });
  const refused = await invoke({ path: { user: 'other', function: 'echo' } });
  const me = await whoAmI();
  console.log(JSON.stringify({
    uploaded: uploaded.data?.version,
    called: called.data,
    state: record.data?.state,
    value: state.data,
    refused: refused.error,
    me: me.data,
  }));
`;

describe('a client that is generated from the description', () => {
  it('uploads a function and calls it', async () => {
    const description = join(folder, 'openapi.json');
    await writeFile(description, await (await fetch(`${server.invoke}/openapi.json`)).text());
    const output = join(folder, 'client');
    const generator = join(ROOT, 'node_modules/@hey-api/openapi-ts/bin/run.js');
    await run(process.execPath, [generator, '--input', description, '--output', output, '--no-log-file', '--silent'], {
      cwd: folder,
    });
    expect(await readFile(join(output, 'sdk.gen.ts'), 'utf8')).toContain('export const invoke');

    const program = join(folder, 'program.ts');
    const bundle = join(folder, 'program.mjs');
    await writeFile(program, PROGRAM);
    await build({ entryPoints: [program], outfile: bundle, bundle: true, platform: 'node', format: 'esm' });
    const wasm = join(ROOT, 'build/func/demo/echo.wasm');
    const { stdout } = await run(process.execPath, [bundle, server.invoke, ADMIN, wasm]);
    expect(JSON.parse(stdout)).toEqual({
      uploaded: expect.stringMatching(/^\d{8}T\d{9}Z-/),
      called: 'Hello client',
      state: 'success',
      value: 'value',
      refused: { code: 'FORBIDDEN', message: expect.any(String) },
      me: { user: 'demo', kind: 'user' },
    });
  });
});
