import { ERROR_TABLE, type ErrorRecord, toFaasmError } from '../core/errors.ts';
import type { ApiHandler, ApiRequest, ApiResponse } from './http.ts';

/** Texts that Faasm's clients know without a code in front; the header still carries the code. */
export const FAASM_TEXTS = { body: 'Empty request', user: 'Empty user', function: 'Empty function' } as const;

const BARE_TEXTS: ReadonlySet<string> = new Set(Object.values(FAASM_TEXTS));

/** The error as plain text: `CODE: message`, or the words that Faasm used for it. */
export function errorText(error: ErrorRecord, returnValue?: number): string {
  if (error.code === 'FUNCTION_FAILED' && returnValue !== undefined) return `Call failed (return value=${returnValue})`;
  return BARE_TEXTS.has(error.message) ? error.message : `${error.code}: ${error.message}`;
}

/** The answer for `error`: JSON for clients that accept it, else text; the code is in `x-faasm-error`. */
export function errorResponse(
  request: ApiRequest,
  error: ErrorRecord,
  more: { readonly returnValue?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): ApiResponse {
  const { status } = ERROR_TABLE[error.code];
  const json = wantsJson(request);
  return {
    status,
    headers: {
      'content-type': json ? 'application/json' : 'text/plain; charset=utf-8',
      'x-faasm-error': error.code,
      // 503 means that the host has no room now; a second is about what it takes to change that.
      ...(status === 503 ? { 'retry-after': '1' } : {}),
      ...more.headers,
    },
    body: json ? JSON.stringify({ code: error.code, message: error.message }) : errorText(error, more.returnValue),
  };
}

/** `handler` with whatever it throws turned into an answer. */
export function answeringErrors(handler: ApiHandler): ApiHandler {
  return async (request) => {
    try {
      return await handler(request);
    } catch (error) {
      const { code, message } = toFaasmError(error);
      return errorResponse(request, { code, message });
    }
  };
}

function wantsJson(request: ApiRequest): boolean {
  return request.header('accept')?.toLowerCase().includes('application/json') ?? false;
}
