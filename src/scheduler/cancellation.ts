import type { CallOutcomes } from './call-outcomes.ts';
import type { CallTable } from './call-table.ts';
import type { PendingCall } from './pending-call.ts';
import type { PoolThread } from './thread-pool.ts';

/** What {@link Cancellation} looks calls up in, and ends them with. */
export interface CancellationParts {
  readonly calls: Pick<CallTable, 'find'>;
  readonly outcomes: Pick<CallOutcomes, 'failed'>;
  readonly threads: ReadonlyMap<number, PoolThread>;
  /** Ends the guest that runs for a call, on whichever thread; false when there is none, or the layer cannot. */
  readonly cancelRunning: (call: number) => boolean;
}

/** Ends calls that nobody wants any more, wherever they are. */
export class Cancellation {
  readonly #parts: CancellationParts;
  /** Calls that their threads have been told to end. */
  readonly #told = new Set<number>();

  constructor(parts: CancellationParts) {
    this.#parts = parts;
  }

  /** Ends a call under way with `CANCELLED`: now where no thread has it, otherwise as soon as its thread can. */
  cancel(pending: PendingCall): void {
    const { outcomes, threads, cancelRunning } = this.#parts;
    const { id } = pending.call;
    if (pending.thread === undefined) {
      outcomes.failed(pending, { code: 'CANCELLED', message: 'The call was cancelled before it began.' });
    } else if (!cancelRunning(id)) {
      threads.get(pending.thread)?.handle.post({ kind: 'cancel', call: id });
      this.#told.add(id);
    }
  }

  /** To be called every now and then: threads may begin a call, or be relieved of it, before they read the message. */
  insist(): void {
    const { calls, cancelRunning } = this.#parts;
    for (const id of this.#told) {
      const pending = calls.find(id);
      const left = pending === undefined || pending.thread === undefined;
      if (left || cancelRunning(id)) this.#told.delete(id);
      if (left && pending !== undefined) this.cancel(pending);
    }
  }
}
