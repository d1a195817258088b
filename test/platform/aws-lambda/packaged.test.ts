import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { askLambda } from '../../support/lambda-calls.ts';
import { type UnpackedPackage, unpackedLambdaPackage } from '../../support/lambda-package.ts';
import { type LambdaSandbox, startLambdaSandbox } from '../../support/lambda-sandbox.ts';
import { startRedis } from '../../support/redis-server.ts';
import { behaviourSuite } from './suites/behaviour.ts';

const BUILT = resolve(import.meta.dirname, '../../../build/func');

let unpacked: UnpackedPackage;

// With functions of its own: the suite's hosts are told of other stores.
beforeAll(async () => {
  unpacked = await unpackedLambdaPackage(BUILT);
});
afterAll(() => unpacked?.remove());

behaviourSuite('package', () => unpacked.code);

describe("the package in AWS's runtime client", () => {
  let sandbox: LambdaSandbox;

  beforeAll(async () => {
    sandbox = await startLambdaSandbox({ code: unpacked.code });
  });
  afterAll(() => sandbox?.close());

  it('runs on the native layer, with the functions it brings', async () => {
    const ready = sandbox.log().find(({ event }) => event === 'ready');
    expect(ready).toMatchObject({ layer: 'native', store: `folder ${unpacked.code.root}/functions` });
    const message = { user: 'demo', function: 'echo', input_data: 'brought along' };
    const { payload, functionError } = await sandbox.api.invoke(JSON.stringify(message));
    expect([functionError, payload.toString()]).toEqual([undefined, expect.stringContaining('brought along')]);
  });

  it('keeps state in Redis, where other sandboxes find it', async () => {
    const redis = await startRedis();
    try {
      const environment = { FAASM_STATE: 'redis', FAASM_REDIS_URL: redis.url };
      for (const output_data of ['Counter: 001', 'Counter: 002']) {
        const other = await startLambdaSandbox({ code: unpacked.code, environment });
        try {
          const message = { user: 'demo', function: 'state_counter' };
          expect(await askLambda(other, message)).toMatchObject({ output_data });
        } finally {
          await other.close();
        }
      }
    } finally {
      await redis.remove();
    }
  });
});
