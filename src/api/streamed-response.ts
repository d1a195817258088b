import type { CallResult } from '../core/call.ts';
import type { RunningCall, Runtime } from '../core/ports.ts';
import { resultResponse } from './call-response.ts';
import type { ApiRequest, ApiResponse } from './http.ts';
import { detailedHeaders } from './result-headers.ts';

/**
 * The answer to a call whose output is sent as it comes. Waits for the first byte or the end: a call that has ended by
 * then is answered as one that is not streamed, with the status of its error if it failed. Afterwards the body throws
 * when the call fails, which cuts the connection, so that an incomplete output does not look whole.
 */
export async function streamedResponse(
  runtime: Runtime,
  request: ApiRequest,
  running: RunningCall,
): Promise<ApiResponse> {
  const chunks = running.output[Symbol.asyncIterator]();
  const first = await chunks.next();
  const ended = first.done === true ? await running.result : await alreadyEnded(running);
  if (ended !== undefined) return resultResponse(request, ended, detailedHeaders(ended), true);
  const { version } = runtime.status(running.id);
  return {
    status: 200,
    headers: {
      'content-type': 'application/octet-stream',
      'x-faasm-call': String(running.id),
      'x-faasm-version': version,
      traceparent: running.traceparent,
    },
    body: following(first.value, chunks, running),
  };
}

async function* following(
  first: Uint8Array,
  chunks: AsyncIterator<Uint8Array>,
  running: RunningCall,
): AsyncGenerator<Uint8Array> {
  yield first;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  const { status, error } = await running.result;
  if (status === 'failed') throw new Error(`Call ${running.id} failed after its output had begun: ${error?.code}`);
}

/** The result if it is there now, without waiting for it. */
function alreadyEnded(running: RunningCall): Promise<CallResult | undefined> {
  return Promise.race([running.result, Promise.resolve(undefined)]);
}
