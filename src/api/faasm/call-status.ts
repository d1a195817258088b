import type { Principal } from '../../core/call.ts';
import { FaasmError } from '../../core/errors.ts';
import type { Runtime } from '../../core/ports.ts';
import { owns } from '../auth.ts';
import { outputBody } from '../call-response.ts';
import { errorText } from '../error-response.ts';
import { type ApiResponse, bytesResponse, textResponse } from '../http.ts';
import { resultHeaders } from '../result-headers.ts';

/**
 * Answers `RUNNING`, `SUCCESS: <output>` or `FAILED: <error>`, the latter with the output in further lines if there is
 * any. May be asked any number of times. Throws `CALL_NOT_FOUND`, also when the call is another user's, and
 * `RESULT_NOT_KEPT`.
 */
export async function answerStatus(
  runtime: Runtime,
  principal: Principal,
  id: number,
  user?: string,
): Promise<ApiResponse> {
  const status = runtime.status(id);
  const owner = status.call.user;
  if (!owns(principal, owner) || (user !== undefined && user !== owner)) {
    throw new FaasmError('CALL_NOT_FOUND', `No such call ${id} is known to this user; results expire.`);
  }
  if (status.state !== 'done') return textResponse('RUNNING', { 'x-faasm-call': String(id) });
  const { result } = status;
  const headers = resultHeaders(result);
  if (result.status === 'success') {
    if (!status.outputKept) {
      throw new FaasmError('RESULT_NOT_KEPT', `Call ${id} succeeded; its output was too large to be kept.`);
    }
    const answer = await outputBody(result.output, encode('SUCCESS: '));
    return bytesResponse(answer.body, { ...headers, ...answer.headers });
  }
  const error = result.error ?? { code: 'INTERNAL', message: 'The call failed without an error.' };
  const output = await result.output.bytes();
  const text = `FAILED: ${errorText(error, result.returnValue)}${output.length === 0 ? '' : '\n'}`;
  const answer = await outputBody(result.output, encode(text));
  return bytesResponse(answer.body, { ...headers, ...answer.headers, 'x-faasm-error': error.code });
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
