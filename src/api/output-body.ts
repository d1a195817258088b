import { concat, type OutputStream } from '../core/output-stream.ts';
import type { ApiBody } from './http.ts';

/** Below this copying chunks together is cheaper than writing them one by one. */
const JOIN_BYTES = 64 * 1024;

/** A body and the headers that describe it. */
export interface OutputBody {
  readonly body: ApiBody;
  readonly headers: Readonly<Record<string, string>>;
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

async function* each(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
