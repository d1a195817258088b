import { FaasmError } from '../core/errors.ts';
import type { Runtime } from '../core/ports.ts';
import { answeringErrors, FAASM_TEXTS } from './error-response.ts';
import { type ApiHandler, type ApiRequest, type ApiResponse, bytesResponse, textResponse } from './http.ts';
import { checkMethod, functionRef, noRoute, stateRef } from './path.ts';

/** Limits of {@link uploadApi} in bytes. */
export interface UploadApiOptions {
  readonly maxUploadBytes: number;
  readonly maxStateBytes: number;
}

/**
 * What the upload port answers: `PUT /f/<user>/<function>`, `PUT` and `GET /s/<user>/<key>`, `GET /ping`, `GET /healthz`.
 * Paths and answers are Faasm's.
 */
export function uploadApi(runtime: Runtime, options: UploadApiOptions): ApiHandler {
  return answeringErrors(async (request) => {
    const { path } = request;
    if (path.startsWith('/f/')) return uploadFunction(runtime, request, options.maxUploadBytes);
    if (path.startsWith('/s/')) return accessState(runtime, request, options.maxStateBytes);
    if (path === '/ping' || path === '/healthz') {
      checkMethod(request, 'GET');
      return textResponse(path === '/ping' ? 'PONG' : 'ok\n');
    }
    throw noRoute(path);
  });
}

async function uploadFunction(runtime: Runtime, request: ApiRequest, maxBytes: number): Promise<ApiResponse> {
  // All that can be refused is refused before the body is read.
  const ref = functionRef(request.path, '/f/');
  checkMethod(request, 'PUT');
  const wasm = await request.body(maxBytes);
  if (wasm.length === 0) throw new FaasmError('BAD_REQUEST', FAASM_TEXTS.body);
  const receipt = await runtime.upload(ref, wasm);
  return textResponse('Function upload complete\n', {
    'x-faasm-version': receipt.version,
    'x-faasm-resettable': String(receipt.resettable),
  });
}

async function accessState(runtime: Runtime, request: ApiRequest, maxBytes: number): Promise<ApiResponse> {
  const { user, key } = stateRef(request.path, '/s/');
  checkMethod(request, 'GET', 'PUT');
  if (request.method === 'PUT') {
    await runtime.state.set(user, key, await request.body(maxBytes));
    return textResponse('State upload complete\n');
  }
  const value = await runtime.state.get(user, key);
  if (value === undefined) throw new FaasmError('STATE_NOT_FOUND', `User ${user} has no state ${JSON.stringify(key)}.`);
  return bytesResponse(value);
}
