/** Runs work under names: what has the same name happens one after the other, everything else side by side. */
export class Turns {
  readonly #busy = new Map<string, Promise<unknown>>();

  /** Whether work of that name is under way or waits. */
  isBusy(name: string): boolean {
    return this.#busy.has(name);
  }

  /** Runs `work` once all earlier work of the same name is done, however that ended. */
  async take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#busy.get(name);
    const mine = (async () => {
      // Whoever asked for the earlier work has its error.
      await before?.catch(() => undefined);
      return work();
    })();
    this.#busy.set(name, mine);
    try {
      return await mine;
    } finally {
      if (this.#busy.get(name) === mine) this.#busy.delete(name);
    }
  }
}
