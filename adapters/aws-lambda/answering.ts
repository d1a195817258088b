import { FaasmError, type PlatformHost, type PlatformResponse, toFaasmError } from '../../src/index.ts';
import type { LambdaAdapter } from './adapters.ts';
import { failed, handlerError } from './events/message.ts';
import { deadlineOf, type Invocation, platformContext } from './invocation.ts';

/** Requests of one event that are answered at the same time. */
const AT_ONCE = 64;
/** Characters of JSON that a byte of a body can become. */
const JSON_GROWTH = 6;

/** The adapter that handles `event`. Throws the handler's error when there is none. */
export function adapterFor(adapters: readonly LambdaAdapter[], event: unknown): LambdaAdapter {
  const adapter = adapters.find((candidate) => candidate.canHandle(event));
  if (adapter !== undefined) return adapter;
  const message =
    'This kind of event is not known here. Send a message ({"user", "function", "input_data"}), or connect a function ' +
    'URL, API Gateway, a load balancer, SQS, SNS, S3 or EventBridge.';
  throw handlerError(new FaasmError('BAD_REQUEST', message));
}

/** Answers an event in the form its sender wants; throws where that form is an error of the handler. */
export async function answerEvent(
  adapter: LambdaAdapter,
  host: PlatformHost,
  event: unknown,
  invocation: Invocation,
): Promise<unknown> {
  let responses: readonly PlatformResponse[];
  try {
    responses = await answerRequests(adapter, host, event, invocation);
  } catch (error) {
    return adapter.onError(event, toFaasmError(error));
  }
  const answer = adapter.fromResponses(event, responses);
  const tooLarge = excess(adapter, responses, answer);
  return tooLarge === undefined ? answer : adapter.onError(event, tooLarge);
}

async function answerRequests(
  adapter: LambdaAdapter,
  host: PlatformHost,
  event: unknown,
  invocation: Invocation,
): Promise<readonly PlatformResponse[]> {
  const requests = adapter.toRequests(event, platformContext(invocation));
  const deadline = deadlineOf(invocation);
  const responses: PlatformResponse[] = [];
  const inOrder = adapter.inOrder?.(event) === true;
  const width = inOrder ? 1 : AT_ONCE;
  for (let next = 0; next < requests.length; next += width) {
    const some = requests.slice(next, next + width);
    responses.push(...(await Promise.all(some.map((request) => host.answer(request, deadline)))));
    if (inOrder && responses.some(failed)) break;
  }
  return responses;
}

/** The error for an answer that Lambda would not send. */
function excess(
  { capabilities }: LambdaAdapter,
  responses: readonly PlatformResponse[],
  answer: unknown,
): FaasmError | undefined {
  const { maxAnswerBytes, streaming } = capabilities;
  const bodyBytes = responses.reduce((sum, { body }) => sum + body.length, 0);
  // Counting means to encode it once more.
  if (bodyBytes * JSON_GROWTH < maxAnswerBytes / 2) return undefined;
  const bytes = Buffer.byteLength(JSON.stringify(answer));
  if (bytes <= maxAnswerBytes) return undefined;
  const advice = streaming ? 'use a function URL or API that streams answers (streamHandler)' : 'answer less';
  return new FaasmError(
    'BODY_TOO_LARGE',
    `The answer has ${bytes} bytes as AWS counts them, and ${maxAnswerBytes} are allowed here: ${advice}.`,
  );
}
