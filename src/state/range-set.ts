/** Bytes [from, to). */
export type Range = readonly [from: number, to: number];

/** A set of bytes, kept as sorted ranges that neither overlap nor touch. */
export class RangeSet {
  #ranges: Range[] = [];

  get empty(): boolean {
    return this.#ranges.length === 0;
  }

  /** The ranges, in order. They change with the set. */
  get ranges(): readonly Range[] {
    return this.#ranges;
  }

  add(from: number, to: number): void {
    if (to <= from) return;
    const first = this.#firstEndingAt(from);
    let last = first;
    let start = from;
    let end = to;
    for (let range = this.#ranges[last]; range !== undefined && range[0] <= to; range = this.#ranges[last]) {
      start = Math.min(start, range[0]);
      end = Math.max(end, range[1]);
      last += 1;
    }
    this.#ranges.splice(first, last - first, [start, end]);
  }

  remove(from: number, to: number): void {
    if (to <= from) return;
    this.#ranges = this.#ranges.flatMap(([start, end]): Range[] => {
      if (end <= from || start >= to) return [[start, end]];
      const left: Range[] = start < from ? [[start, from]] : [];
      return end > to ? [...left, [to, end]] : left;
    });
  }

  /** As fast as reading both: pushes that fail give back tens of thousands of ranges. */
  addAll(other: RangeSet): void {
    const mine = this.#ranges;
    const all: [number, number][] = [];
    const append = ([from, to]: Range): void => {
      const last = all.at(-1);
      if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
      else all.push([from, to]);
    };
    let next = 0;
    for (const range of other.ranges) {
      for (let own = mine[next]; own !== undefined && own[0] <= range[0]; own = mine[next]) {
        append(own);
        next += 1;
      }
      append(range);
    }
    for (const own of mine.slice(next)) append(own);
    this.#ranges = all;
  }

  removeAll(other: RangeSet): void {
    this.#ranges = this.#ranges.flatMap(([from, to]) => other.gaps(from, to));
  }

  /** Whether all of [from, to) is in the set. */
  covers(from: number, to: number): boolean {
    const range = this.#ranges[this.#firstEndingAt(from)];
    return to <= from || (range !== undefined && range[0] <= from && range[1] >= to);
  }

  /** What of [from, to) is not in the set, in order. */
  gaps(from: number, to: number): Range[] {
    const gaps: Range[] = [];
    let at = from;
    for (let index = this.#firstEndingAt(from); at < to; index += 1) {
      const range = this.#ranges[index];
      if (range === undefined || range[0] >= to) break;
      if (range[0] > at) gaps.push([at, range[0]]);
      at = Math.max(at, range[1]);
    }
    if (at < to) gaps.push([at, to]);
    return gaps;
  }

  /** A set of its own with the same bytes; this one is empty from here on. */
  take(): RangeSet {
    const taken = new RangeSet();
    taken.#ranges = this.#ranges;
    this.#ranges = [];
    return taken;
  }

  /** Index of the first range that ends at `at` or behind it. */
  #firstEndingAt(at: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ranges[middle] as Range)[1] < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
