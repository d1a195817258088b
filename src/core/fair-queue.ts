/** A queue in which those who put things into it take turns: what one has put in leaves in its order. */
export class FairQueue<T> {
  /** By whom, those whose turn comes next first; none of the lines is empty. */
  readonly #lines = new Map<string, Line<T>>();
  #size = 0;

  /** Things in the queue. */
  get size(): number {
    return this.#size;
  }

  push(who: string, item: T): void {
    this.#size += 1;
    const line = this.#lines.get(who);
    if (line === undefined) this.#lines.set(who, { items: [item], next: 0 });
    else line.items.push(item);
  }

  /** Takes the next one out; undefined when there is none. */
  shift(): T | undefined {
    for (const [who, line] of this.#lines) {
      const item = line.items[line.next] as T;
      line.next += 1;
      this.#size -= 1;
      const done = line.next === line.items.length;
      // With nobody else there, nothing has to be put behind anybody.
      if (done || this.#lines.size > 1) this.#lines.delete(who);
      if (!done && !this.#lines.has(who)) this.#lines.set(who, line);
      return item;
    }
    return undefined;
  }
}

/** What one has put in; all before `next` has left. */
interface Line<T> {
  readonly items: T[];
  next: number;
}
