import type { CallResult } from '../core/call.ts';
import { concat, type OutputStream } from '../core/output-stream.ts';
import { errorResponse } from './error-response.ts';
import type { ApiBody, ApiHeaders, ApiRequest, ApiResponse } from './http.ts';
import { isText } from './text-output.ts';

/** Below this copying chunks together is cheaper than writing them one by one. */
const JOIN_BYTES = 64 * 1024;

/** A body and the headers that describe it. */
export interface OutputBody {
  readonly body: ApiBody;
  readonly headers: ApiHeaders;
}

/**
 * The output of an ended call as a body, `prefix` in front. Waits for the end of the stream. A large output of several
 * chunks is not copied: the body hands out the call's own chunks at the client's pace.
 */
export async function outputBody(output: OutputStream, prefix?: Uint8Array): Promise<OutputBody> {
  const chunks: Uint8Array[] = prefix === undefined ? [] : [prefix];
  let size = prefix?.length ?? 0;
  for await (const chunk of output) {
    chunks.push(chunk);
    size += chunk.length;
  }
  if (chunks.length <= 1 || size <= JOIN_BYTES) return { body: concat(chunks), headers: {} };
  return { body: each(chunks), headers: { 'content-length': String(size) } };
}

/**
 * The answer to a call that has ended, with `headers`: its output, or its error. `typed`: output that is text is
 * called text.
 */
export async function resultResponse(
  request: ApiRequest,
  result: CallResult,
  headers: ApiHeaders,
  typed: boolean,
): Promise<ApiResponse> {
  if (result.status === 'success') {
    const answer = await outputBody(result.output);
    const text = typed && ArrayBuffer.isView(answer.body) && isText(answer.body);
    const type = text ? 'text/plain; charset=utf-8' : 'application/octet-stream';
    return { status: 200, headers: { 'content-type': type, ...headers, ...answer.headers }, body: answer.body };
  }
  const error = result.error ?? { code: 'INTERNAL', message: 'The call failed without an error.' };
  const { id, returnValue } = result;
  const failed = { call: id, ...(returnValue === undefined ? {} : { returnValue }) };
  return errorResponse(request, error, { headers, failed });
}

async function* each(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
