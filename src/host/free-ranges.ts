interface Range {
  readonly start: number;
  readonly end: number;
}

/** Free ranges of page numbers, first fit. Whoever gives a range twice has it once. */
export class FreeRanges {
  /** By their starts; no two touch. */
  #ranges: Range[] = [];

  /** Start of `count` pages, which are taken; undefined where no range is as long. */
  take(count: number): number | undefined {
    const index = this.#ranges.findIndex(({ start, end }) => end - start >= count);
    const found = this.#ranges[index];
    if (found === undefined) return undefined;
    const rest = { start: found.start + count, end: found.end };
    this.#ranges.splice(index, 1, ...(rest.start < rest.end ? [rest] : []));
    return found.start;
  }

  /** Adds `count` pages from `start` on, as one range with those that they touch or overlap. */
  give(start: number, count: number): void {
    const touches = (range: Range): boolean => range.start <= start + count && range.end >= start;
    const touched = this.#ranges.filter(touches);
    const merged = {
      start: Math.min(start, ...touched.map((range) => range.start)),
      end: Math.max(start + count, ...touched.map((range) => range.end)),
    };
    const others = this.#ranges.filter((range) => !touches(range));
    this.#ranges = [...others, merged].sort((one, other) => one.start - other.start);
  }
}
