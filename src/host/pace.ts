import type { HostContext } from './context.ts';

/** Bytes copied between two looks at the watchdog: well below 1 ms of work. */
const BYTES_BETWEEN_POLLS = 1024 * 1024;
/** What handling one item (an iovec, a directory entry) counts for, in bytes. */
const ITEM_COST = 1024;

/** Keeps long host work interruptible: counts what is done and polls the watchdog in time. */
export class Pace {
  readonly #context: Pick<HostContext, 'poll'>;
  #left = BYTES_BETWEEN_POLLS;

  constructor(context: Pick<HostContext, 'poll'>) {
    this.#context = context;
  }

  /** Counts `count` bytes about to be copied. Copies of many MiB are split by the caller, see {@link copy}. */
  bytes(count: number): void {
    this.#left -= count;
    if (this.#left > 0) return;
    this.#left = BYTES_BETWEEN_POLLS;
    this.#context.poll();
  }

  /** Counts `count` items handled. */
  items(count: number): void {
    this.bytes(count * ITEM_COST);
  }

  /** Copies `source` to the start of `target`, in pieces with polls in between. */
  copy(target: Uint8Array, source: Uint8Array): void {
    for (let done = 0; done < source.length; done += BYTES_BETWEEN_POLLS) {
      const piece = source.length <= BYTES_BETWEEN_POLLS ? source : source.subarray(done, done + BYTES_BETWEEN_POLLS);
      target.set(piece, done);
      this.bytes(piece.length);
    }
  }
}

const PACE = Symbol('pace');

/** The pace of a call, shared by all its imports so that many short calls are counted together. */
export function paceOf(context: HostContext): Pace {
  return context.slot(PACE, () => new Pace(context));
}
