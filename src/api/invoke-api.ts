import type { CallResult, Principal } from '../core/call.ts';
import type { CallRequest, Runtime } from '../core/ports.ts';
import { answerStatus } from './call-status.ts';
import { answeringErrors, errorResponse } from './error-response.ts';
import { type ApiHandler, type ApiRequest, type ApiResponse, bytesResponse, textResponse } from './http.ts';
import { type InvokeRequest, parseInvokeRequest } from './invoke-request.ts';
import { outputBody } from './output-body.ts';
import { checkMethod, noRoute } from './path.ts';
import { resultHeaders } from './result-headers.ts';

/** Limits of {@link invokeApi} in bytes. */
export interface InvokeApiOptions {
  readonly maxInvokeBytes: number;
}

/** Who every client is as long as there are no tokens and only loopback is served. */
const LOCAL_ADMIN: Principal = Object.freeze({ user: '*', kind: 'admin' });
const ATTRIBUTES = Object.freeze({ method: 'POST', path: '/' });
const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;
const ENCODER = new TextEncoder();

/** What the invoke port answers: `POST /` with Faasm's JSON (call, async call, status), and `GET /healthz`. */
export function invokeApi(runtime: Runtime, options: InvokeApiOptions): ApiHandler {
  return answeringErrors(async (request) => {
    if (request.path === '/healthz') {
      checkMethod(request, 'GET');
      return textResponse('ok\n');
    }
    if (request.path !== '/') throw noRoute(request.path);
    checkMethod(request, 'POST');
    const asked = parseInvokeRequest(await request.body(options.maxInvokeBytes));
    if (asked.kind === 'status') return answerStatus(runtime, asked.id, asked.user);
    const running = await runtime.start(callRequest(request, asked));
    if (asked.async) return textResponse(String(running.id), { 'x-faasm-call': String(running.id) });
    // Nobody is left to read the output of a synchronous call whose client has gone.
    request.onDisconnect(() => runtime.cancel(running.id));
    return answerResult(request, await running.result);
  });
}

async function answerResult(request: ApiRequest, result: CallResult): Promise<ApiResponse> {
  const headers = resultHeaders(result);
  if (result.status === 'success') {
    const answer = await outputBody(result.output);
    return bytesResponse(answer.body, { ...headers, ...answer.headers });
  }
  const error = result.error ?? { code: 'INTERNAL', message: 'The call failed without an error.' };
  const { returnValue } = result;
  return errorResponse(request, error, { headers, ...(returnValue === undefined ? {} : { returnValue }) });
}

function callRequest(request: ApiRequest, asked: InvokeRequest & { kind: 'call' }): CallRequest {
  const traceparent = request.header('traceparent');
  return {
    principal: LOCAL_ADMIN,
    user: asked.user,
    function: asked.function,
    input: ENCODER.encode(asked.input),
    attributes: ATTRIBUTES,
    ...(asked.async ? { detached: true } : {}),
    ...(asked.cmdline === undefined ? {} : { cmdline: asked.cmdline }),
    // W3C: a value that is not well-formed is as good as none.
    ...(traceparent !== undefined && TRACEPARENT.test(traceparent) ? { traceparent } : {}),
  };
}
