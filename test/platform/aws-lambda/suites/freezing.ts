import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { askLambda, fetchLambda, uploadToLambda } from '../../../support/lambda-calls.ts';
import { LAMBDA_TOKEN } from '../../../support/lambda-platform.ts';
import { fillBucket, s3Environment } from '../../../support/lambda-s3.ts';
import { type LambdaCode, type LambdaSandbox, startLambdaSandbox } from '../../../support/lambda-sandbox.ts';
import { type S3Server, startS3Server } from '../../../support/s3-server.ts';
import { temporaryFolder } from '../../../support/store-folder.ts';

/** Longer than what the host takes for fresh, than a token is remembered, and than a host call may take. */
const FROZEN_MS = 3_000;

/** A sandbox that AWS stops after an event and lets go on with the next one, some time later. */
export function freezingSuite(name: string, code: () => LambdaCode): void {
  describe(`frozen sandboxes: ${name}`, () => {
    let server: S3Server;
    let sandbox: LambdaSandbox;
    let bucket: string;

    beforeAll(async () => {
      server = await startS3Server({ folder: temporaryFolder() });
      bucket = await fillBucket(server, {});
      const environment = {
        ...s3Environment(server),
        FAASM_S3_BUCKET: bucket,
        FAASM_CACHE_DIR: temporaryFolder(),
        FAASM_ADMIN_TOKEN: LAMBDA_TOKEN,
        FAASM_STORE_REFRESH_MS: '100',
      };
      sandbox = await startLambdaSandbox({ code: code(), environment });
      await uploadToLambda(sandbox, 'hello', 'sleep', 'state_counter');
    });
    afterAll(async () => {
      await sandbox?.close();
      await server?.kill();
    });

    const frozen = async (meanwhile: () => Promise<void>): Promise<void> => {
      sandbox.freeze();
      await meanwhile();
      await new Promise((done) => setTimeout(done, FROZEN_MS));
      sandbox.thaw();
    };
    const call = (sample: string, input = ''): Promise<unknown> =>
      askLambda(sandbox, { user: 'demo', function: sample, input_data: input });

    it('go on where they were, with the time that has passed', async () => {
      await call('state_counter');
      await frozen(async () => {});
      expect(await call('state_counter')).toMatchObject({ output_data: 'Counter: 002' });
      expect(await call('sleep', '100')).toMatchObject({ output_data: 'Slept 100 ms' });
    });

    it('have connections to S3 again when the server has cut them meanwhile', async () => {
      expect((await fetchLambda(sandbox, '/v1/functions/demo/hello')).status).toBe(200);
      await frozen(async () => {
        await server.kill();
        await server.restart();
      });
      const listed = await fetchLambda(sandbox, '/v1/functions/demo');
      expect([listed.status, await listed.text()]).toEqual([200, expect.stringContaining('hello')]);
      expect(await call('hello')).toMatchObject({ output_data: 'Hello Faasm!' });
    });

    it('ask the store again for what others may have changed', async () => {
      const other = await startLambdaSandbox({
        code: code(),
        environment: {
          ...s3Environment(server),
          FAASM_S3_BUCKET: bucket,
          FAASM_CACHE_DIR: temporaryFolder(),
          FAASM_ADMIN_TOKEN: LAMBDA_TOKEN,
        },
      });
      try {
        const version = async (of: LambdaSandbox): Promise<string> =>
          (await fetchLambda(of, '/v1/functions/demo/hello').then((response) => response.json())) as string;
        const before = await version(sandbox);
        await frozen(() => uploadToLambda(other, 'hello'));
        expect(await version(sandbox)).not.toEqual(before);
        expect(await version(sandbox)).toEqual(await version(other));
        expect(await call('hello')).toMatchObject({ output_data: 'Hello Faasm!' });
      } finally {
        await other.close();
      }
    });

    it('in the middle of a call end it with the time that AWS gave it', async () => {
      const sleeping = askLambda(
        sandbox,
        { user: 'demo', function: 'sleep', input_data: '60000' },
        { timeoutMs: 2_000 },
      );
      await new Promise((done) => setTimeout(done, 300));
      await frozen(async () => {});
      expect(await sleeping).toMatchObject({ errorType: 'TIMEOUT' });
      expect(await call('hello')).toMatchObject({ output_data: 'Hello Faasm!' });
    });
  });
}
