import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fetchLambda } from '../../../support/lambda-calls.ts';
import { LAMBDA_TOKEN } from '../../../support/lambda-platform.ts';
import { fillBucket, s3Environment } from '../../../support/lambda-s3.ts';
import { type LambdaCode, type LambdaSandbox, startLambdaSandbox } from '../../../support/lambda-sandbox.ts';
import { type S3Server, startS3Server } from '../../../support/s3-server.ts';
import { type Expected, SAMPLE_CASES, type SampleCase } from '../../../support/sample-cases.ts';
import { temporaryFolder } from '../../../support/store-folder.ts';

/** A sandbox has one event at a time: what needs two calls at the same time is in the suite of threads. */
const ROWS = SAMPLE_CASES.filter(({ beside }) => beside === undefined);
const BUILT = new URL('../../../../build/func/', import.meta.url);

/** The sample functions through a function URL, with their store in a folder and on a real S3 server. */
export function samplesSuite(name: string, code: () => LambdaCode): void {
  describe.each(['folder', 's3'] as const)(`samples: ${name}, store: %s`, (store) => {
    let server: S3Server | undefined;
    let sandbox: LambdaSandbox;

    beforeAll(async () => {
      const environment: Record<string, string> = { FAASM_ADMIN_TOKEN: LAMBDA_TOKEN };
      if (store === 'folder') environment['FAASM_STORE_DIR'] = temporaryFolder();
      else {
        server = await startS3Server();
        const bucket = await fillBucket(server, {});
        Object.assign(environment, s3Environment(server), {
          FAASM_S3_BUCKET: bucket,
          FAASM_CACHE_DIR: temporaryFolder(),
        });
      }
      sandbox = await startLambdaSandbox({ code: code(), environment });
    });
    afterAll(async () => {
      await sandbox?.close();
      await server?.kill();
    });

    it('uses the store that was chosen', () => {
      const { store: used } = sandbox.log().find(({ event }) => event === 'ready') ?? {};
      expect(used).toMatch(store === 's3' ? /^s3:\/\// : /^folder /);
    });

    it.each(ROWS.map((row) => [titleOf(row), row] as const))('%s', async (_, row) => {
      await upload(sandbox, row);
      await check(sandbox, row, 0);
      await check(sandbox, row, 1);
    });
  });
}

async function upload(sandbox: LambdaSandbox, { sample, environment, state, files }: SampleCase): Promise<void> {
  const wasm = await readFile(new URL(`${sample}.wasm`, BUILT));
  const put = await fetchLambda(sandbox, `/v1/functions/${sample}`, { method: 'PUT', body: wasm });
  expect([put.status, await put.text()]).toEqual([201, expect.any(String)]);
  if (environment !== undefined) {
    const body = JSON.stringify({ environment });
    const patched = await fetchLambda(sandbox, `/v1/functions/${sample}`, { method: 'PATCH', body });
    expect([patched.status, await patched.text()]).toEqual([200, expect.any(String)]);
  }
  const [user = ''] = sample.split('/');
  for (const [key, value] of Object.entries(state ?? {})) {
    await fetchLambda(sandbox, `/v1/state/${user}/${encodeURIComponent(key)}`, { method: 'PUT', body: value });
  }
  for (const [path, body] of Object.entries(files ?? {})) {
    await fetchLambda(sandbox, `/v1/files/${user}/${path}`, { method: 'PUT', body });
  }
}

/** Makes the call of `row` for the `time`-th time and compares what comes of it. */
async function check(sandbox: LambdaSandbox, row: SampleCase, time: 0 | 1): Promise<void> {
  const query = row.cmdline === undefined ? '' : `?cmdline=${encodeURIComponent(row.cmdline)}`;
  const body = typeof row.input === 'string' ? row.input : (row.input?.slice() ?? '');
  const response = await fetchLambda(sandbox, `/v1/invoke/${row.sample}${query}`, { method: 'POST', body });
  const text = await response.text();
  expect([response.headers.get('x-faasm-error') ?? undefined, text]).toEqual([row.error, text]);
  const log = await fetchLambda(sandbox, `/v1/calls/${response.headers.get('x-faasm-call')}/log`);
  expectText(await log.text(), row.log ?? '');
  if (row.error === undefined) {
    const { output = '' } = row;
    expectText(text, Array.isArray(output) ? output[time] : output);
    return;
  }
  const { message, returnValue } = JSON.parse(text) as { message: string; returnValue?: number };
  if (row.message !== undefined) expectText(message, row.message);
  if (row.returnValue !== undefined) expect(returnValue).toBe(row.returnValue);
}

function expectText(actual: string, expected: Expected): void {
  if (typeof expected === 'string') expect(actual).toBe(expected);
  else expect(actual).toMatch(expected);
}

function titleOf({ sample, input }: SampleCase): string {
  return input === undefined ? sample : `${sample} with ${typeof input === 'string' ? JSON.stringify(input) : 'bytes'}`;
}
