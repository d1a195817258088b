import { randomFillSync } from 'node:crypto';

const BYTES_PER_ID = 6;
const pool = new Uint8Array(BYTES_PER_ID * 512);
let next = pool.length;

/** A random 48-bit id: hard to guess, unique for practical purposes, exact as a JSON number. */
export function randomCallId(): number {
  if (next >= pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  let id = 0;
  for (const end = next + BYTES_PER_ID; next < end; next += 1) id = id * 256 + (pool[next] ?? 0);
  return id;
}
