/** A message of a batch that runs: the client's numbers and ours. */
export interface BatchMessage {
  /** As the client numbered it; a 32-bit integer. */
  readonly id: number;
  readonly call: number;
  readonly user: string;
  readonly function: string;
  readonly cmdline: string;
}

/** A batch of Faasm's planner: calls that were started together. */
export interface Batch {
  /** User of the principal who started it: nobody else sees it. */
  readonly owner: string;
  readonly appId: number;
  readonly messages: readonly BatchMessage[];
}

/** Of all batches together: about as many results as a host keeps. */
const MAX_MESSAGES = 100_000;
const TTL_MS = 3_600_000;

/** The batches of a host, for an hour after somebody last asked for them; the oldest go when they hold too much. */
export class BatchTable {
  readonly #now: () => number;
  readonly #batches = new Map<string, { readonly batch: Batch; readonly expiresAt: number }>();
  #messages = 0;

  /** `now`: epoch ms. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Keeps a batch. Messages of an app that is known already are added to it. */
  add(batch: Batch): Batch {
    const known = this.get(batch.owner, batch.appId);
    const whole = known === undefined ? batch : { ...known, messages: [...known.messages, ...batch.messages] };
    this.#keep(whole);
    return whole;
  }

  /** The batch of `owner` with this id. */
  get(owner: string, appId: number): Batch | undefined {
    this.#expire();
    const entry = this.#batches.get(keyOf(owner, appId));
    if (entry !== undefined) this.#keep(entry.batch);
    return entry?.batch;
  }

  /** The batches of `owner`, or all. */
  list(owner?: string): readonly Batch[] {
    this.#expire();
    const all = [...this.#batches.values()].map(({ batch }) => batch);
    return owner === undefined ? all : all.filter((batch) => batch.owner === owner);
  }

  clear(): void {
    this.#batches.clear();
    this.#messages = 0;
  }

  /** Entries are in the order of their expiry, because each that is kept goes to the end. */
  #keep(batch: Batch): void {
    const key = keyOf(batch.owner, batch.appId);
    this.#remove(key);
    this.#batches.set(key, { batch, expiresAt: this.#now() + TTL_MS });
    this.#messages += batch.messages.length;
    for (const oldest of this.#batches.keys()) {
      if (this.#messages <= MAX_MESSAGES || oldest === key) return;
      this.#remove(oldest);
    }
  }

  #expire(): void {
    const now = this.#now();
    for (const [key, { expiresAt }] of this.#batches) {
      if (expiresAt > now) return;
      this.#remove(key);
    }
  }

  #remove(key: string): void {
    this.#messages -= this.#batches.get(key)?.batch.messages.length ?? 0;
    this.#batches.delete(key);
  }
}

function keyOf(owner: string, appId: number): string {
  return `${owner} ${appId}`;
}
