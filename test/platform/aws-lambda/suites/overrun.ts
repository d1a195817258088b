import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OVERRUN_GUEST } from '../../../support/guests/overrun.ts';
import { askLambda, fetchLambda, uploadModule, uploadToLambda } from '../../../support/lambda-calls.ts';
import { LAMBDA_TOKEN } from '../../../support/lambda-platform.ts';
import { type LambdaCode, type LambdaSandbox, startLambdaSandbox } from '../../../support/lambda-sandbox.ts';
import { temporaryFolder } from '../../../support/store-folder.ts';
import { wat } from '../../../support/wat.ts';

const LOG = 'halfway there\n';
const LONGEST_MS = 15_000;

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
    const overrun = { user: 'demo', function: 'overrun' };
    /**
     * The first answer that is `enough` to an event that has a second, two, and so on: on a busy machine, what comes before
     * the end of the call may take longer than that, or the answer longer than the part of the time that is kept for it.
     */
    const answerInTime = async (event: object, enough: (answer: unknown) => boolean): Promise<unknown> => {
      for (let timeoutMs = 1_000; ; timeoutMs += 1_000) {
        const answer = await askLambda(sandbox, event, { timeoutMs });
        if (enough(answer) || timeoutMs === LONGEST_MS) return answer;
      }
    };

    it('end before AWS ends the sandbox, whether they compute or wait', async () => {
      for (const event of [overrun, { user: 'demo', function: 'sleep', input_data: '60000' }]) {
        let leftMs = 0;
        for (let timeoutMs = 1_000; leftMs <= 0 && timeoutMs <= LONGEST_MS; timeoutMs += 1_000) {
          const endsAt = performance.now() + timeoutMs;
          expect(await askLambda(sandbox, event, { timeoutMs })).toMatchObject({ errorType: 'TIMEOUT' });
          leftMs = endsAt - performance.now();
        }
        expect(leftMs).toBeGreaterThan(0);
        expect(await echo()).toMatchObject({ output_data: 'next' });
      }
    });

    it('leave their logs, in the record of the call and in the log of the Lambda function', async () => {
      const told = () => sandbox.log().findLast(({ event, text }) => event === 'function-log' && text === LOG);
      const before = told();
      const answer = await answerInTime(overrun, () => told() !== before);
      expect(answer).toMatchObject({ errorType: 'TIMEOUT' });
      const ended = sandbox.log().findLast(({ event, code: ending }) => event === 'call' && ending === 'TIMEOUT');
      expect(ended).toMatchObject({ function: 'demo/overrun', status: 'failed', requestId: expect.any(String) });
      expect(told()).toMatchObject({ call: ended?.['call'], requestId: ended?.['requestId'] });
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
      const alone = { batchItemFailures: [{ itemIdentifier: 'm-2' }] };
      expect(await answerInTime({ Records }, (answer) => isDeepStrictEqual(answer, alone))).toEqual(alone);
    });

    it('are refused when there is no time for them at all', async () => {
      const event = { user: 'demo', function: 'echo', input_data: 'x' };
      expect(await askLambda(sandbox, event, { timeoutMs: 20 })).toMatchObject({ errorType: 'TIMEOUT' });
      expect(await echo()).toMatchObject({ output_data: 'next' });
    });

    it('end without an asynchronous one going on in the background', async () => {
      const event = { user: 'demo', function: 'sleep', input_data: '60000', async: true };
      const answer = await answerInTime(event, (accepted) => (accepted as { id?: number }).id !== undefined);
      const { id } = answer as { id: number };
      expect(await askLambda(sandbox, { status: true, id })).toMatchObject({
        output_data: expect.stringContaining('FAILED: TIMEOUT'),
      });
    });
  });
}
