import { FaasmError } from '../core/errors.ts';
import type { ObjectLocation, PlatformRequest } from '../core/platform.ts';
import type { ApiRequest } from './http.ts';

/** Reads an object, at most `maxBytes` of it; the caller owns the bytes. Throws `BODY_TOO_LARGE`, `STORE_*`. */
export type ReadObject = (object: ObjectLocation, maxBytes: number) => Promise<Uint8Array>;

/** A request of a platform as the API sees it. `left`: aborted when nobody waits for the answer any more. */
export function platformRequest(request: PlatformRequest, readObject: ReadObject, left: AbortSignal): ApiRequest {
  const { method, path, query, headers, body } = request;
  return {
    method,
    path,
    query,
    header: (name) => headers[name],
    async body(maxBytes) {
      const sizeBytes = ArrayBuffer.isView(body) ? body.length : body.sizeBytes;
      if (sizeBytes !== undefined && sizeBytes > maxBytes) throw tooLarge(sizeBytes, maxBytes);
      return ArrayBuffer.isView(body) ? body : readObject(body, maxBytes);
    },
    onDisconnect(listener) {
      if (left.aborted) listener();
      else left.addEventListener('abort', listener, { once: true });
    },
  };
}

function tooLarge(sizeBytes: number, maxBytes: number): FaasmError {
  return new FaasmError('BODY_TOO_LARGE', `The body has ${sizeBytes} bytes; ${maxBytes} are allowed here.`);
}
