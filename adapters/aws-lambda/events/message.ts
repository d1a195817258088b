import { FaasmError, type PlatformContext, type PlatformRequest, type PlatformResponse } from '../../../src/index.ts';
import { textOf, toBase64 } from './http-body.ts';

/** What a call by a message answers. */
export interface MessageAnswer {
  /** Id of the call; absent for what is no call, such as a flush. */
  readonly id?: number;
  /** The output, or what else there is to say: a status, a batch. One of the two is there. */
  readonly output_data?: string;
  readonly output_data_base64?: string;
  /** `warm`, `restored`, `cold` or `fresh`. */
  readonly start?: string;
  /** `native` or `portable`. */
  readonly layer?: string;
}

/** A Faasm message, as JSON, for the API. Whoever can send events to the Lambda function has AWS's leave to do so. */
export function messageRequest(json: string, { traceparent }: PlatformContext): PlatformRequest {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  return {
    method: 'POST',
    path: '/',
    query: '',
    headers: traceparent === undefined ? headers : { ...headers, traceparent },
    body: Buffer.from(json),
    trusted: true,
  };
}

/** The answer to a message. Throws a {@link handlerError} when the call failed. */
export function messageAnswer(response: PlatformResponse): MessageAnswer {
  if (failed(response)) throw responseError(response);
  const { headers, body } = response;
  const text = textOf(body);
  const id = headers['x-faasm-call'];
  const start = headers['x-faasm-start'];
  const layer = headers['x-faasm-layer'];
  return {
    ...(id === undefined ? {} : { id: Number(id) }),
    ...(text === undefined ? { output_data_base64: toBase64(body) } : { output_data: text }),
    ...(start === undefined ? {} : { start }),
    ...(layer === undefined ? {} : { layer }),
  };
}

export function failed({ status }: PlatformResponse): boolean {
  return status >= 400;
}

/** The error in an answer that is one. */
export function responseError({ headers, body }: PlatformResponse): Error {
  const text = textOf(body) ?? '';
  return handlerError({ code: headers['x-faasm-error'] ?? 'INTERNAL', message: messageIn(text) });
}

/**
 * An error that the handler throws: Lambda answers it as `{"errorType": <code>, "errorMessage": <message>}` and counts
 * the event as failed, so that it is tried again where AWS does so.
 */
export function handlerError({ code, message }: { readonly code: string; readonly message: string }): Error {
  const error = new Error(message);
  error.name = code;
  // Where in the adapter it was made helps nobody.
  error.stack = `${code}: ${message}`;
  return error;
}

/** `value` as JSON. Throws `BAD_REQUEST` where it is no object. */
export function messageText(value: unknown, where: string): string {
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  throw new FaasmError('BAD_REQUEST', `${where} is no message: an object with "user" and "function" is expected.`);
}

function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : text;
  } catch {
    return text;
  }
}
