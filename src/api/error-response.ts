import { ERROR_TABLE, type ErrorRecord } from '../core/errors.ts';
import { isFaasmText } from './faasm-texts.ts';
import type { ApiHeaders, ApiRequest, ApiResponse } from './http.ts';
import { isVersioned } from './route.ts';

/** What the answer to a call that failed says besides its error. */
export interface FailedCall {
  readonly call: number;
  readonly returnValue?: number;
}

const REALM = 'Bearer realm="faasm"';

/** The error as plain text: `CODE: message`, or the words that Faasm used for it. */
export function errorText(error: ErrorRecord, returnValue?: number): string {
  if (error.code === 'FUNCTION_FAILED' && returnValue !== undefined) return `Call failed (return value=${returnValue})`;
  return isFaasmText(error.message) ? error.message : `${error.code}: ${error.message}`;
}

/** The answer for `error`: JSON below `/v1` and for clients that accept it, else text; `x-faasm-error` has the code. */
export function errorResponse(
  request: ApiRequest,
  error: ErrorRecord,
  more: { readonly failed?: FailedCall; readonly headers?: ApiHeaders } = {},
): ApiResponse {
  const { status } = ERROR_TABLE[error.code];
  const json = isVersioned(request.path) || acceptsJson(request);
  return {
    status,
    headers: {
      'content-type': json ? 'application/json' : 'text/plain; charset=utf-8',
      'x-faasm-error': error.code,
      ...(status === 401 ? { 'www-authenticate': REALM } : {}),
      // The host, or the function, has no room now; a second is about what it takes to change that.
      ...(status === 503 || status === 429 ? { 'retry-after': '1' } : {}),
      ...more.headers,
    },
    body: json
      ? JSON.stringify({ code: error.code, message: error.message, ...more.failed })
      : errorText(error, more.failed?.returnValue),
  };
}

function acceptsJson(request: ApiRequest): boolean {
  return request.header('accept')?.toLowerCase().includes('application/json') ?? false;
}
