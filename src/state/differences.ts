/**
 * Tells `found` each run of bytes [from, to) in which two arrays of one length differ, in order. Word by word where
 * both start at a multiple of four in their buffers. MemoryLayer.equal is faster where most is equal.
 */
export function differences(a: Uint8Array, b: Uint8Array, found: (from: number, to: number) => void): void {
  const { length } = a;
  let start = -1;
  const compare = (from: number, to: number): void => {
    for (let at = from; at < to; at += 1) {
      if (a[at] !== b[at]) {
        if (start < 0) start = at;
      } else if (start >= 0) {
        found(start, at);
        start = -1;
      }
    }
  };
  const aligned = a.byteOffset % 4 === 0 && b.byteOffset % 4 === 0;
  const words = aligned ? length >>> 2 : 0;
  const left = aligned ? new Uint32Array(a.buffer, a.byteOffset, words) : a;
  const right = aligned ? new Uint32Array(b.buffer, b.byteOffset, words) : b;
  for (let word = 0; word < words; word += 1) {
    if (left[word] !== right[word]) compare(word * 4, word * 4 + 4);
    else if (start >= 0) {
      found(start, word * 4);
      start = -1;
    }
  }
  compare(words * 4, length);
  if (start >= 0) found(start, length);
}
