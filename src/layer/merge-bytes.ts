const WORD_BYTES = 8;

/**
 * {@link MemoryLayer.merge} where this thread alone writes: others copy whole words, so that they are set as whole words.
 * `target` begins at a word of its buffer.
 */
export function mergeBytes(target: Uint8Array, offset: number, theirs: Uint8Array, base?: Uint8Array): void {
  const words = new BigUint64Array(target.buffer, target.byteOffset, Math.floor(target.length / WORD_BYTES));
  const word = new BigUint64Array(1);
  const scratch = new Uint8Array(word.buffer);
  const end = offset + theirs.length;
  for (let at = offset; at < end; ) {
    const index = Math.floor(at / WORD_BYTES);
    const start = index * WORD_BYTES;
    scratch.set(target.subarray(start, start + WORD_BYTES));
    for (; at < end && at < start + WORD_BYTES; at += 1) {
      const taken = base === undefined || target[at] === base[at - offset];
      if (taken) scratch[at - start] = theirs[at - offset] ?? 0;
    }
    if (index < words.length) words[index] = word[0] ?? 0n;
    else target.set(scratch.subarray(0, target.length - start), start);
  }
}
