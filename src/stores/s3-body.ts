import type { Readable } from 'node:stream';

/** The whole body of an answer in a buffer of its own. Rejects when it breaks off, or is not of `sizeBytes`, if that is known. */
export async function readBody(body: Readable, sizeBytes: number | undefined): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
  }
  if (sizeBytes !== undefined && length !== sizeBytes) {
    throw Object.assign(new Error(`The answer held ${length} of ${sizeBytes} bytes`), { name: 'IncompleteAnswer' });
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
