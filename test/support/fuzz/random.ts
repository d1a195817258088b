/** Repeatable random choices: the same seed makes the same ones on every machine. */
export interface Random {
  /** A whole number from 0 up to, but not including, `limit`. */
  below(limit: number): number;
  /** Whether something happens that does so `share` of the time. */
  chance(share: number): boolean;
  /** One of `choices`, of which there must be some. */
  pick<T>(choices: readonly T[]): T;
  bytes(count: number): Uint8Array;
}

/** Random choices of `seed`, a whole number (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    chance: (share) => next() < share,
    pick<T>(choices: readonly T[]): T {
      if (choices.length === 0) throw new Error('there is nothing to pick from');
      return choices[below(choices.length)] as T;
    },
    bytes: (count) => Uint8Array.from({ length: count }, () => below(256)),
  };
}
