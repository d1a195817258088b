import type { Principal } from '../../core/call.ts';
import { FaasmError } from '../../core/errors.ts';
import { traceHeaders } from '../../telemetry/trace-context.ts';
import { checkAdmin, checkUser } from '../auth.ts';
import { RUN_ERRORS, START_ERRORS } from '../call-errors.ts';
import { resultResponse } from '../call-response.ts';
import { type ApiRequest, type ApiResponse, textResponse } from '../http.ts';
import { BYTES, bytesAnswer, textAnswer } from '../responses.ts';
import { resultHeaders } from '../result-headers.ts';
import { defineRoute, type Route } from '../route.ts';
import type { Checked } from '../schema.ts';
import type { Services } from '../services.ts';
import { answerStatus } from './call-status.ts';
import { type CallFields, callFields, fromBase64, REQUEST_MESSAGE } from './message.ts';
import { answerPlanner } from './planner.ts';

const ATTRIBUTES = Object.freeze({ method: 'POST', path: '/' });
const ENCODER = new TextEncoder();

type Message = Checked<typeof REQUEST_MESSAGE>;

export const FAASM_INVOKE_ROUTES: readonly Route[] = [
  defineRoute({
    id: 'faasmRequest',
    method: 'POST',
    path: '/',
    access: 'user',
    tag: 'faasm',
    summary: "Faasm's one request: call, asynchronous call, status, flush, or a request to the planner",
    description:
      'A call answers its output; an asynchronous one its id; a status request `RUNNING`, `SUCCESS: <output>` or ' +
      '`FAILED: <error>`. Fields that are not listed are ignored.',
    body: {
      kind: 'json',
      schema: REQUEST_MESSAGE,
      limit: 'invoke',
      example: { user: 'demo', function: 'echo', input_data: 'Hello API' },
    },
    responses: {
      200: {
        description: 'The output, the id, the status, or what the planner answers.',
        content: {
          ...BYTES,
          'text/plain': { schema: { type: 'string' }, example: 'Hello API' },
          'application/json': { schema: { type: 'object' } },
        },
      },
    },
    errors: [
      'FORBIDDEN',
      'INVALID_NAME',
      'CALL_NOT_FOUND',
      'RESULT_NOT_KEPT',
      'NOT_SUPPORTED',
      ...START_ERRORS,
      ...RUN_ERRORS,
    ],
    async handle({ services, request, principal, body }) {
      if (body.http_type !== undefined) return answerPlanner(services, principal, body.http_type, body.payload);
      if (body.status === true) return answerStatusOf(services, principal, body);
      if (body.flush === true) return flush(services, principal);
      const call = callFields(body);
      checkUser(principal, call.user);
      return await invoke(services, request, principal, call, inputOf(body), body.async ?? false);
    },
  }),
  ...edgeRoutes(),
];

/** The form of Faasm's first edge server: `POST /f/<user>/<function>` with the input as body; `/fa` does not wait. */
function edgeRoutes(): readonly Route[] {
  const forms = [
    { prefix: 'f', isAsync: false },
    { prefix: 'fa', isAsync: true },
    { prefix: 't', isAsync: false },
    { prefix: 'ta', isAsync: true },
  ] as const;
  return forms.map(({ prefix, isAsync }) =>
    defineRoute({
      id: `faasmEdge${prefix.toUpperCase()}`,
      method: 'POST',
      path: `/${prefix}/{user}/{function}`,
      access: 'user',
      tag: 'faasm',
      deprecated: true,
      summary: `Call a function${isAsync ? ' asynchronously' : ''}: the form of Faasm's first edge server`,
      body: {
        kind: 'bytes',
        limit: 'invoke',
        contentType: 'application/octet-stream',
        description: 'Input of the call.',
      },
      responses: { 200: isAsync ? textAnswer('Id of the call.', '1234567890') : bytesAnswer('The output.') },
      errors: [...START_ERRORS, ...RUN_ERRORS],
      async handle({ services, request, principal, params, body }) {
        return invoke(services, request, principal, params, body, isAsync);
      },
    }),
  );
}

async function invoke(
  { runtime }: Services,
  request: ApiRequest,
  principal: Principal,
  call: CallFields,
  input: Uint8Array,
  isAsync: boolean,
): Promise<ApiResponse> {
  const running = await runtime.start({
    principal,
    user: call.user,
    function: call.function,
    input,
    attributes: ATTRIBUTES,
    ...(isAsync ? { detached: true } : {}),
    ...(call.cmdline === undefined ? {} : { cmdline: call.cmdline }),
    ...traceHeaders(request.header('traceparent'), request.header('tracestate')),
  });
  if (isAsync) return textResponse(String(running.id), { 'x-faasm-call': String(running.id) });
  // Nobody is left to read the output of a synchronous call whose client has gone.
  request.onDisconnect(() => runtime.cancel(running.id));
  const result = await running.result;
  return await resultResponse(request, result, resultHeaders(result), false);
}

function answerStatusOf({ runtime }: Services, principal: Principal, { id, user = '' }: Message): Promise<ApiResponse> {
  if (id === undefined) {
    const message = 'Field "id" is missing: a status request needs the id that the async call answered.';
    throw new FaasmError('BAD_REQUEST', message);
  }
  return answerStatus(runtime, principal, id, user === '' ? undefined : user);
}

async function flush({ runtime }: Services, principal: Principal): Promise<ApiResponse> {
  checkAdmin(principal);
  await runtime.flush();
  return textResponse('Flush sent');
}

function inputOf({ input_data: text, input_data_base64: base64 }: Message): Uint8Array {
  if (base64 === undefined) return ENCODER.encode(text ?? '');
  if (text === undefined) return fromBase64(base64, 'input_data_base64');
  throw new FaasmError('BAD_REQUEST', 'Fields "input_data" and "input_data_base64" are both there: send one of them.');
}
