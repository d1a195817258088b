import type { PendingCall } from './pending-call.ts';

/** Calls that are not for any thread now, but wait to be tried again. Their users have them among the waiting ones. */
export class Backoff {
  readonly #due: (pending: PendingCall) => void;
  #count = 0;

  /** `due`: a call has waited for its time, and is for any thread. */
  constructor(due: (pending: PendingCall) => void) {
    this.#due = due;
  }

  /** Calls that wait so. */
  get count(): number {
    return this.#count;
  }

  /** The call, which has left its thread, waits for `delayMs`; `forRoom`: for the host to have memory for it. */
  begin(pending: PendingCall, delayMs: number, forRoom: boolean): void {
    const { tenant } = pending.fn;
    pending.thread = undefined;
    this.#count += 1;
    tenant.waiting += 1;
    if (forRoom) tenant.roomless += 1;
    const timer = setTimeout(() => {
      this.end(pending);
      this.#due(pending);
    }, delayMs);
    pending.backoff = { timer, forRoom };
  }

  /** The call waits no longer, for whatever reason; nothing happens when it does not wait. */
  end(pending: PendingCall): void {
    const { backoff, fn } = pending;
    if (backoff === undefined) return;
    clearTimeout(backoff.timer);
    pending.backoff = undefined;
    this.#count -= 1;
    fn.tenant.waiting -= 1;
    if (backoff.forRoom) fn.tenant.roomless -= 1;
  }
}
