/** Slots that an id can name: calls under way at the same time on a host. */
export const CALL_SLOTS = 2 ** 20;
const POOL_WORDS = 1024;
const pool = new Uint32Array(POOL_WORDS);
let next = POOL_WORDS;

/**
 * The id of the call in `slot` of its host's table: 32 random bits, so that ids are hard to guess and never used
 * again, above the slot, so that a call is found without a hash table. Exact as a JSON number.
 */
export function callId(slot: number): number {
  if (next === POOL_WORDS) {
    globalThis.crypto.getRandomValues(pool);
    next = 0;
  }
  const random = pool[next] ?? 0;
  next += 1;
  return random * CALL_SLOTS + slot;
}

/** The slot that an id names. */
export function slotOf(id: number): number {
  return id % CALL_SLOTS;
}
