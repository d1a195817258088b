import { createHash } from 'node:crypto';

/** SHA-256 of code, in hexadecimal. */
export function codeHash(wasm: Uint8Array): string {
  return createHash('sha256').update(wasm).digest('hex');
}
