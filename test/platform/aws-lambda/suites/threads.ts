import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BYTES_GUEST } from '../../../support/guests/bytes.ts';
import { askLambda, fetchLambda, sendEvent, uploadModule, uploadToLambda } from '../../../support/lambda-calls.ts';
import { LAMBDA_TOKEN } from '../../../support/lambda-platform.ts';
import { eventOf, streamedResponse } from '../../../support/lambda-requests.ts';
import { type LambdaCode, type LambdaSandbox, startLambdaSandbox } from '../../../support/lambda-sandbox.ts';
import { words } from '../../../support/runtime.ts';
import { temporaryFolder } from '../../../support/store-folder.ts';
import { until } from '../../../support/until.ts';
import { wat } from '../../../support/wat.ts';

const THREADS = 4;
const MIB = 1024 * 1024;

/** Managed Instances: AWS starts threads that each load the module, and each has several events at a time. */
export function threadsSuite(name: string, code: () => LambdaCode): void {
  const environment = (): Record<string, string> => ({
    FAASM_STORE_DIR: temporaryFolder(),
    FAASM_ADMIN_TOKEN: LAMBDA_TOKEN,
    AWS_LAMBDA_MAX_CONCURRENCY: '16',
    AWS_LAMBDA_NODEJS_WORKER_COUNT: String(THREADS),
    // Each thread's client holds one while it waits for an event.
    UV_THREADPOOL_SIZE: String(THREADS + 8),
    FAASM_OUTPUT_BYTES: '64MiB',
  });

  describe(`several events at a time: ${name}`, () => {
    let sandbox: LambdaSandbox;

    beforeAll(async () => {
      sandbox = await startLambdaSandbox({ code: code(), environment: environment() });
      await uploadToLambda(sandbox, 'echo', 'sleep', 'produce', 'consume', 'state_counter', 'exit_code', 'increment');
    });
    afterAll(() => sandbox?.close());

    const call = (sample: string, input = ''): Promise<unknown> =>
      askLambda(sandbox, { user: 'demo', function: sample, input_data: input });
    const output = async (sample: string, input = ''): Promise<string> =>
      ((await call(sample, input)) as { output_data: string }).output_data;

    it('start one host for all threads', async () => {
      await until(() => sandbox.api.waiting() === THREADS);
      expect(sandbox.log().filter(({ event }) => event === 'ready')).toHaveLength(1);
    });

    it('answer each event with its own answer', async () => {
      const inputs = Array.from({ length: 64 }, (_, index) => `input ${index} ${'x'.repeat(index * 50)}`);
      expect(await Promise.all(inputs.map((input) => output('echo', input)))).toEqual(inputs);
    });

    it('share regions: a producer and a consumer that run at the same time in events of their own', async () => {
      const pairs = Array.from({ length: 4 }, (_, pair) => [`produce`, `consume`].map((side) => [side, pair] as const));
      const texts = await Promise.all(pairs.flat().map(([side, pair]) => output(side, `500 ring-${pair}`)));
      const sums = texts.map((text) => /^(?:Produced|Consumed) 500 items, sum (\d+)$/.exec(text)?.[1]);
      expect(new Set(sums).size).toBe(1);
      expect(sums[0]).toMatch(/^\d+$/);
    });

    it('see one state', async () => {
      expect(await output('state_counter')).toBe('Counter: 001');
      expect(await output('state_counter')).toBe('Counter: 002');
      await fetchLambda(sandbox, '/v1/state/demo/seen', { method: 'PUT', body: 'by all' });
      const seen = await Promise.all(
        Array.from({ length: 8 }, async () => (await fetchLambda(sandbox, '/v1/state/demo/seen')).text()),
      );
      expect(new Set(seen)).toEqual(new Set(['by all']));
    });

    it('fail with their own errors', async () => {
      const answers = await Promise.all([call('exit_code', '5'), call('missing'), call('echo', 'fine'), call('')]);
      expect(answers).toMatchObject([
        { errorType: 'FUNCTION_FAILED' },
        { errorType: 'FUNCTION_NOT_FOUND' },
        { output_data: 'fine' },
        { errorType: 'BAD_REQUEST' },
      ]);
    });

    it('have deadlines of their own', async () => {
      const late = sendEvent(sandbox, { user: 'demo', function: 'sleep', input_data: '60000' }, { timeoutMs: 1_000 });
      const slow = output('sleep', '1500');
      expect(JSON.parse((await late).payload.toString())).toMatchObject({ errorType: 'TIMEOUT' });
      expect(await slow).toBe('Slept 1500 ms');
    });
  });

  describe(`threads without a host: ${name}`, () => {
    it('all fail with what is wrong with it', async () => {
      const wrong = {
        ...environment(),
        FAASM_STORE: 's3',
        FAASM_S3_BUCKET: 'bucket',
        FAASM_S3_PREFIX: 'x'.repeat(150),
      };
      const failure = await startLambdaSandbox({ code: code(), environment: wrong }).then(
        async (sandbox) => sandbox.close(),
        (error: Error) => error.message,
      );
      expect(failure?.match(/Init Error/g)).toHaveLength(THREADS);
      expect(failure?.match(/Invalid prefix/g)?.length).toBeGreaterThanOrEqual(THREADS);
    });
  });

  describe(`several streams at a time: ${name}`, () => {
    it('come whole from whichever thread has the event', async () => {
      const shared = environment();
      const uploads = await startLambdaSandbox({ code: code(), environment: shared });
      await uploadModule(uploads, 'bytes', await wat(BYTES_GUEST));
      await uploads.close();
      const sandbox = await startLambdaSandbox({ code: code(), handler: 'streamHandler', environment: shared });
      try {
        const sizes = Array.from({ length: 8 }, (_, index) => index * MIB + index);
        const bodies = sizes.map(async (size) => {
          const request = new Request('https://faasm.test/v1/invoke/demo/bytes?stream=1', {
            method: 'POST',
            headers: { authorization: `Bearer ${LAMBDA_TOKEN}` },
            body: words([size]).slice(),
          });
          const answer = await sendEvent(sandbox, await eventOf('function-url', request));
          return (await streamedResponse(answer.payload).arrayBuffer()).byteLength;
        });
        expect(await Promise.all(bodies)).toEqual(sizes);
      } finally {
        await sandbox.close();
      }
    });
  });
}
