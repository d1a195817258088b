import { LAMBDA_ALB, LAMBDA_HTTP } from '../../adapters/aws-lambda/limits.ts';
import type { PlatformUnderTest } from '../contract/platform-adapter.ts';
import { eventOf, type HttpAnswer, type LambdaFront, responseOf, streamedResponse } from './lambda-requests.ts';
import { type LambdaSandboxOptions, startLambdaSandbox } from './lambda-sandbox.ts';

/** An administrator's token of sandboxes in tests. */
export const LAMBDA_TOKEN = 'token-of-the-lambda-tests';

/** A Lambda function behind `front` as a platform. With the handler that streams, answers are streamed. */
export async function openLambdaPlatform(
  front: LambdaFront,
  options: LambdaSandboxOptions,
): Promise<PlatformUnderTest> {
  const withToken = { ...options, environment: { FAASM_ADMIN_TOKEN: LAMBDA_TOKEN, ...options.environment } };
  const streams = options.handler === 'streamHandler';
  const limits = front.startsWith('alb') ? LAMBDA_ALB : LAMBDA_HTTP;
  let sandbox = await startLambdaSandbox(withToken);
  return {
    capabilities: streams ? { ...limits, maxAnswerBytes: Number.POSITIVE_INFINITY } : limits,
    token: LAMBDA_TOKEN,
    async fetch(request, timeoutMs) {
      const event = JSON.stringify(await eventOf(front, request));
      const answer = await sandbox.api.invoke(event, timeoutMs === undefined ? {} : { timeoutMs });
      if (answer.functionError !== undefined) throw new Error(`The event failed: ${answer.payload}`);
      if (answer.streamed) return streamedResponse(answer.payload);
      return responseOf(JSON.parse(answer.payload.toString()) as HttpAnswer);
    },
    async restart() {
      await sandbox.close();
      sandbox = await startLambdaSandbox(withToken);
    },
    output: () => sandbox.output(),
    close: () => sandbox.close(),
  };
}
