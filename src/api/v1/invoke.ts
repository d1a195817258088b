import type { Principal } from '../../core/call.ts';
import { FaasmError } from '../../core/errors.ts';
import type { CallRequest, RunningCall, Runtime } from '../../core/ports.ts';
import { traceHeaders } from '../../telemetry/trace-context.ts';
import { RUN_ERRORS, START_ERRORS } from '../call-errors.ts';
import { CALL_RECORD, CALL_RECORD_EXAMPLE, callRecord } from '../call-record.ts';
import { resultResponse } from '../call-response.ts';
import { type ApiRequest, type ApiResponse, jsonResponse, whenGone } from '../http.ts';
import { readHeader, VERSION } from '../parameters.ts';
import { BYTES, jsonAnswer, type ResponseSpec } from '../responses.ts';
import { detailedHeaders } from '../result-headers.ts';
import { defineRoute, type Route } from '../route.ts';
import { streamedResponse } from '../streamed-response.ts';

/** How long a request may ask to wait for a call, in ms. */
export const WAIT = {
  type: 'integer',
  minimum: 0,
  maximum: 3_600_000,
  description: 'Wait so many ms for the call to end.',
} as const;

/** The answer that holds a call's output. */
export const OUTPUT: ResponseSpec = {
  description: 'The output: `text/plain` where it is text of up to 64 KiB in UTF-8, else bytes.',
  content: { ...BYTES, 'text/plain': { schema: { type: 'string' }, example: 'Hello Faasm!' } },
  headers: {
    'x-faasm-call': 'Id of the call.',
    'x-faasm-version': 'Id of the version that ran.',
    'x-faasm-start': '`warm`, `restored`, `cold` or `fresh`: how its Faaslet came to be.',
    'x-faasm-layer': '`native` or `portable`.',
    'x-faasm-times': 'What it took in ms: `queued=0.1, init=0.0, run=0.3, cpu=0.2`.',
    traceparent: "W3C trace context of the call's own span.",
  },
};

/** The answer that says that a call is under way. */
export const STILL_RUNNING: ResponseSpec = {
  ...jsonAnswer('The call is under way.', CALL_RECORD, { ...CALL_RECORD_EXAMPLE, state: 'running' }),
  headers: { location: 'Path of its record.', 'x-faasm-call': 'Id of the call.' },
};

const QUERY = {
  version: VERSION,
  async: { type: 'boolean', description: 'Answer 202 and the record of the call at once.' },
  wait: { ...WAIT, description: 'Wait so many ms for the call to end, then answer 202 and its record.' },
  stream: {
    type: 'boolean',
    description: 'Send output as it comes. A failure after the first byte cuts the connection.',
  },
  timeout: { type: 'integer', minimum: 1, maximum: 2_147_483_647, description: 'Lower the time limit, in ms.' },
  cmdline: { type: 'string', maxLength: 8192, description: 'Arguments, separated by blanks.' },
} as const;

const IDEMPOTENCY_KEY = {
  type: 'string',
  pattern: '^[\\x20-\\x7e]{1,255}$',
  description: 'Requests for the same function with the same key are one call.',
} as const;

const HEADERS = {
  'Idempotency-Key': IDEMPOTENCY_KEY,
  traceparent: { type: 'string', description: "W3C trace context; the call's span becomes a child of it." },
  tracestate: { type: 'string', description: 'W3C trace state.' },
} as const;

export const INVOKE_ROUTES: readonly Route[] = [
  defineRoute({
    id: 'invoke',
    method: 'POST',
    path: '/v1/invoke/{user}/{function}',
    access: 'user',
    tag: 'calls',
    summary: 'Call a function',
    description:
      'The body is the input and the answer is the output. Waits until the call has ended unless `async` or `wait` ' +
      'say otherwise; if the client goes away before that, the call is cancelled, unless it has an idempotency key.',
    query: QUERY,
    headers: HEADERS,
    body: {
      kind: 'bytes',
      limit: 'invoke',
      contentType: 'application/octet-stream',
      description: 'Input of the call, of whatever content type.',
    },
    responses: {
      200: OUTPUT,
      202: STILL_RUNNING,
    },
    errors: ['VERSION_NOT_FOUND', ...START_ERRORS, ...RUN_ERRORS],
    async handle({ services: { runtime }, request, principal, params, query, body }) {
      const { async: atOnce = false, wait, stream = false } = query;
      if (stream && (atOnce || wait !== undefined)) {
        throw new FaasmError('BAD_REQUEST', 'Parameter "stream" is for requests without "async" and "wait".');
      }
      const detached = atOnce || wait !== undefined;
      const asked = callRequest(request, principal, { ...params, ...query, input: body, detached });
      const running = await runtime.start(asked);
      if (detached) return laterResponse(runtime, request, running, wait ?? 0);
      // Whoever sends the same key again comes for the result.
      if (asked.idempotencyKey === undefined) request.onDisconnect(() => runtime.cancel(running.id));
      if (stream) return streamedResponse(runtime, request, running);
      const result = await running.result;
      return await resultResponse(request, result, detailedHeaders(result), true);
    },
  }),
];

interface Asked {
  readonly user: string;
  readonly function: string;
  readonly input: Uint8Array;
  readonly detached: boolean;
  readonly version?: string;
  readonly timeout?: number;
  readonly cmdline?: string;
}

function callRequest(request: ApiRequest, principal: Principal, asked: Asked): CallRequest {
  const { user, input, version, timeout, cmdline } = asked;
  const contentType = request.header('content-type');
  const idempotencyKey = readHeader(request, 'Idempotency-Key', IDEMPOTENCY_KEY);
  return {
    principal,
    user,
    function: asked.function,
    input,
    attributes: { method: 'POST', path: request.path },
    ...(asked.detached || idempotencyKey !== undefined ? { detached: true } : {}),
    ...(version === undefined ? {} : { version }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(cmdline === undefined ? {} : { cmdline }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...traceHeaders(request.header('traceparent'), request.header('tracestate')),
  };
}

/** The answer to a call that nobody waits for longer than `waitMs`. */
async function laterResponse(
  runtime: Runtime,
  request: ApiRequest,
  { id, traceparent }: RunningCall,
  waitMs: number,
): Promise<ApiResponse> {
  const result = waitMs === 0 ? undefined : await runtime.wait(id, waitMs, whenGone(request));
  if (result !== undefined) return resultResponse(request, result, detailedHeaders(result), true);
  return runningResponse(runtime, id, { traceparent });
}

/** 202 and the record of a call that is under way. */
export function runningResponse(
  runtime: Runtime,
  id: number,
  headers: Readonly<Record<string, string>> = {},
): ApiResponse {
  const location = `/v1/calls/${id}`;
  return jsonResponse(callRecord(runtime.status(id)), 202, { location, 'x-faasm-call': String(id), ...headers });
}
