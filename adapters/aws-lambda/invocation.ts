import type { Context } from 'aws-lambda';
import type { PlatformContext, PlatformDeadline } from '../../src/index.ts';
import { traceparentOf } from './trace.ts';

/** One event of Lambda, as plain data: threads hand it to each other. */
export interface Invocation {
  readonly requestId: string;
  /** Epoch ms when AWS ends the sandbox. */
  readonly endsAt: number;
  /** X-Ray's trace header. */
  readonly trace?: string;
}

/** How much of the time of an event is kept for its answer: a tenth, within these bounds, in ms. */
const MARGIN_PART = 0.1;
const MARGIN_MIN_MS = 40;
const MARGIN_MAX_MS = 500;

/** What the context of a handler says of its event. */
export function invocationOf(context: Context): Invocation {
  // On Managed Instances it is part of the context, elsewhere of the environment. The types do not know the former yet.
  const trace = (context as { readonly xRayTraceId?: string }).xRayTraceId ?? process.env['_X_AMZN_TRACE_ID'];
  return {
    requestId: context.awsRequestId,
    endsAt: Date.now() + context.getRemainingTimeInMillis(),
    ...(trace === undefined ? {} : { trace }),
  };
}

/** When calls have to end so that the answer, and their logs, are out before AWS ends the sandbox. */
export function deadlineOf({ endsAt }: Invocation, now: number = Date.now()): PlatformDeadline {
  const marginMs = Math.min(MARGIN_MAX_MS, Math.max(MARGIN_MIN_MS, (endsAt - now) * MARGIN_PART));
  return { callsEndAt: endsAt - marginMs, answerAt: endsAt - marginMs / 2 };
}

/** What adapters are told of an event besides itself. */
export function platformContext({ requestId, trace }: Invocation): PlatformContext {
  const traceparent = traceparentOf(trace);
  return { requestId, ...(traceparent === undefined ? {} : { traceparent }) };
}
