/** A size in bytes as names of cases have it: `64b`, `4k`, `64m`. */
export function sizeName(bytes: number): string {
  if (bytes < 1024) return `${bytes}b`;
  return bytes < 1024 ** 2 ? `${bytes / 1024}k` : `${bytes / 1024 ** 2}m`;
}
