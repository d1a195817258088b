import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sendEvent, uploadToLambda } from '../../../support/lambda-calls.ts';
import { lambdaFixtures } from '../../../support/lambda-fixtures.ts';
import { LAMBDA_TOKEN } from '../../../support/lambda-platform.ts';
import { fillBucket, s3Environment } from '../../../support/lambda-s3.ts';
import { type LambdaCode, type LambdaSandbox, startLambdaSandbox } from '../../../support/lambda-sandbox.ts';
import { type S3Server, startS3Server } from '../../../support/s3-server.ts';
import { temporaryFolder } from '../../../support/store-folder.ts';

/** Every fixture event, answered by one sandbox. */
export function eventsSuite(name: string, code: () => LambdaCode): void {
  describe(`events: ${name}`, () => {
    let server: S3Server;
    let sandbox: LambdaSandbox;

    beforeAll(async () => {
      server = await startS3Server();
      const hello = await readFile(new URL('../../../../build/func/demo/hello.wasm', import.meta.url));
      const objects = {
        'wasm/demo/from_s3/function.wasm': hello,
        'demo/from_s3_too/function.wasm': hello,
        'wasm/demo/broken/function.wasm': 'no module',
        'demo/greeting': 'hello from S3',
        'demo/a key with ü and +': 'encoded',
      };
      await fillBucket(server, objects, 'faasm-uploads');
      sandbox = await startLambdaSandbox({
        code: code(),
        environment: {
          FAASM_STORE_DIR: temporaryFolder(),
          FAASM_ADMIN_TOKEN: LAMBDA_TOKEN,
          ...s3Environment(server),
        },
      });
      await uploadToLambda(sandbox, 'hello', 'echo', 'exit_code', 'sleep');
    });
    afterAll(async () => {
      await sandbox?.close();
      await server?.kill();
    });

    it.each(lambdaFixtures().map((fixture) => [fixture.name, fixture] as const))('%s', async (_, fixture) => {
      const { payload, functionError } = await sendEvent(sandbox, fixture.event);
      const text = payload.toString();
      expect([text, functionError]).toEqual([text, fixture.error === undefined ? undefined : 'Unhandled']);
      const answer = JSON.parse(text);
      const expected = fixture.error ?? fixture.answer;
      if (typeof expected === 'object' && expected !== null) expect(answer).toMatchObject(expected);
      else expect(answer).toBe(expected);
      if (fixture.contains !== undefined) expect(text).toContain(fixture.contains);
    });

    it('has functions and state that came from S3', async () => {
      for (const name of ['from_s3', 'from_s3_too']) {
        const { payload } = await sendEvent(sandbox, { user: 'demo', function: name });
        expect(JSON.parse(payload.toString())).toMatchObject({ output_data: 'Hello Faasm!' });
      }
    });

    it('answers an event that is larger than Lambda takes as AWS does', async () => {
      const event = { user: 'demo', function: 'echo', input_data: 'x'.repeat(6 * 1024 * 1024) };
      await expect(sendEvent(sandbox, event)).rejects.toMatchObject({ status: 413 });
    });
  });
}
