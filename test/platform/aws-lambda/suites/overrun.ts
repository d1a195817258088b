import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OVERRUN_GUEST } from '../../../support/guests/overrun.ts';
import { askLambda, fetchLambda, uploadModule, uploadToLambda } from '../../../support/lambda-calls.ts';
import { LAMBDA_TOKEN } from '../../../support/lambda-platform.ts';
import { type LambdaCode, type LambdaSandbox, startLambdaSandbox } from '../../../support/lambda-sandbox.ts';
import { temporaryFolder } from '../../../support/store-folder.ts';
import { wat } from '../../../support/wat.ts';

const LOG = 'halfway there\n';

/** Calls that would run longer than AWS lets the sandbox live. */
export function overrunSuite(name: string, code: () => LambdaCode): void {
  describe(`calls that take too long: ${name}`, () => {
    let sandbox: LambdaSandbox;

    beforeAll(async () => {
      const environment = { FAASM_STORE_DIR: temporaryFolder(), FAASM_ADMIN_TOKEN: LAMBDA_TOKEN };
      sandbox = await startLambdaSandbox({ code: code(), environment });
      await uploadToLambda(sandbox, 'echo', 'sleep', 'state_counter');
      await uploadModule(sandbox, 'overrun', await wat(OVERRUN_GUEST));
    });
    afterAll(() => sandbox?.close());

    const echo = (): Promise<unknown> => askLambda(sandbox, { user: 'demo', function: 'echo', input_data: 'next' });
    /** Sends an event that has `timeoutMs`, and answers what came and how much of that time was left. */
    const within = async (event: object, timeoutMs: number): Promise<{ answer: unknown; leftMs: number }> => {
      const endsAt = performance.now() + timeoutMs;
      const answer = await askLambda(sandbox, event, { timeoutMs });
      return { answer, leftMs: endsAt - performance.now() };
    };

    it('end before AWS ends the sandbox, whether they compute or wait', async () => {
      for (const event of [
        { user: 'demo', function: 'overrun' },
        { user: 'demo', function: 'sleep', input_data: '60000' },
      ]) {
        const { answer, leftMs } = await within(event, 2_000);
        expect(answer).toMatchObject({ errorType: 'TIMEOUT' });
        expect(leftMs).toBeGreaterThan(0);
        expect(await echo()).toMatchObject({ output_data: 'next' });
      }
    });

    it('leave their logs, in the record of the call and in the log of the Lambda function', async () => {
      const { answer } = await within({ user: 'demo', function: 'overrun' }, 1_500);
      expect(answer).toMatchObject({ errorType: 'TIMEOUT' });
      const lines = sandbox.log();
      const ended = lines.findLast(({ event, code: ending }) => event === 'call' && ending === 'TIMEOUT');
      expect(ended).toMatchObject({ function: 'demo/overrun', status: 'failed', requestId: expect.any(String) });
      const told = lines.find(({ event, call }) => event === 'function-log' && call === ended?.['call']);
      expect(told).toMatchObject({ text: LOG, requestId: ended?.['requestId'] });
      const log = await fetchLambda(sandbox, `/v1/calls/${ended?.['call']}/log`);
      expect(await log.text()).toBe(LOG);
    });

    it('of a batch fail alone', async () => {
      const record = (index: number, body: object): object => ({
        messageId: `m-${index}`,
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:calls',
        body: JSON.stringify({ user: 'demo', ...body }),
      });
      const Records = [
        record(1, { function: 'echo', input_data: 'a' }),
        record(2, { function: 'sleep', input_data: '60000' }),
        record(3, { function: 'echo', input_data: 'c' }),
      ];
      const { answer } = await within({ Records }, 1_500);
      expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-2' }] });
    });

    it('are refused when there is no time for them at all', async () => {
      expect((await within({ user: 'demo', function: 'echo', input_data: 'x' }, 20)).answer).toMatchObject({
        errorType: 'TIMEOUT',
      });
      expect(await echo()).toMatchObject({ output_data: 'next' });
    });

    it('end without an asynchronous one going on in the background', async () => {
      const event = { user: 'demo', function: 'sleep', input_data: '60000', async: true };
      const { answer } = await within(event, 1_000);
      const { id } = answer as { id: number };
      expect(await askLambda(sandbox, { status: true, id })).toMatchObject({
        output_data: expect.stringContaining('FAILED: TIMEOUT'),
      });
    });
  });
}
