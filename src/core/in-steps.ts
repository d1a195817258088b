/** Items handled between two turns of the event loop: calls of others must not wait for a long list. */
const STEP = 2000;

/** Lets the event loop do what has come meanwhile. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Does `work` with each item, with a turn of the event loop between steps. What `items` gains meanwhile may be seen. */
export async function forEachInSteps<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> {
  let left = STEP;
  for (const item of items) {
    if (left === 0) {
      await nextTurn();
      left = STEP;
    }
    left -= 1;
    work(item);
  }
}

/** Does `work` with `items` in pieces, in their order, with a turn of the event loop between two of them. */
export async function forPieces<T>(items: readonly T[], work: (piece: readonly T[]) => void): Promise<void> {
  for (let at = 0; at < items.length; at += STEP) {
    if (at > 0) await nextTurn();
    work(items.slice(at, at + STEP));
  }
}

/** A sorted copy, as `toSorted` makes it, with turns of the event loop in between. */
export async function sortedInSteps<T>(items: readonly T[], compare: (a: T, b: T) => number): Promise<T[]> {
  const runs: T[][] = [];
  await forPieces(items, (piece) => runs.push(piece.toSorted(compare)));
  while (runs.length > 1) {
    const pairs = runs.splice(0);
    for (let at = 0; at < pairs.length; at += 2) runs.push(await merged(pairs[at] ?? [], pairs[at + 1] ?? [], compare));
  }
  return runs[0] ?? [];
}

/** Of equal ones those of `first` come first. */
async function merged<T>(first: readonly T[], second: readonly T[], compare: (a: T, b: T) => number): Promise<T[]> {
  const both: T[] = [];
  let next = 0;
  await forEachInSteps(second, (item) => {
    for (; next < first.length && compare(first[next] as T, item) <= 0; next += 1) both.push(first[next] as T);
    both.push(item);
  });
  return both.concat(first.slice(next));
}
