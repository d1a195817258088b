/** A word: anything but blanks; a blank after a backslash belongs to it. */
const WORD = /(?:\\ |[^ ])+/g;

/** The arguments in Faasm's `cmdline`, separated by blanks. */
export function splitArguments(cmdline: string): string[] {
  return (cmdline.match(WORD) ?? []).map((word) => word.replaceAll('\\ ', ' '));
}

/** A `cmdline` that {@link splitArguments} splits into `words`, none of them empty. */
export function joinArguments(words: readonly string[]): string {
  return words.map((word) => word.replaceAll(' ', '\\ ')).join(' ');
}
