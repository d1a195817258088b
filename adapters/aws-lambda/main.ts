// What AWS's runtime client loads: `handler` answers in one piece, `streamHandler` as the answer comes.
import type { Context, StreamifyHandler } from 'aws-lambda';
import { startHost } from './host.ts';
import { invocationOf } from './invocation.ts';
import { responseStreamSink } from './response-stream.ts';
import { lambdaSettings } from './settings.ts';
import { sharedHost } from './shared-host.ts';

const settings = lambdaSettings();
const start = () => startHost(settings);
// While the module is loaded AWS gives a sandbox all of its processors, and the time is nobody's call.
const host = await (settings.multiConcurrent ? sharedHost(start) : start());

/** For everything but function URLs and APIs that stream. Two parameters: with three it would be a callback handler. */
export function handler(event: unknown, context: Context): Promise<unknown> {
  return host.invoke(event, invocationOf(context));
}

/** For function URLs with InvokeMode RESPONSE_STREAM and REST APIs that stream; takes all other events, too. */
export const streamHandler: StreamifyHandler = awslambda.streamifyResponse((event, stream, context) =>
  host.stream(event, invocationOf(context), responseStreamSink(stream)),
);
