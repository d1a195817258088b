import { callId, slotOf } from '../core/call-id.ts';
import { SlotTable } from '../core/slot-table.ts';
import type { PendingCall } from './pending-call.ts';
import type { Tenants } from './tenants.ts';
import { within } from './time-limit.ts';

/** The calls under way, from their acceptance to their results: by id, and counted for their functions and users. */
export class CallTable {
  readonly #tenants: Tenants;
  readonly #calls = new SlotTable<PendingCall>();
  /** Whom to tell when there is none left. */
  #drained: (() => void)[] = [];

  constructor(tenants: Tenants) {
    this.#tenants = tenants;
  }

  /** Calls under way. */
  get size(): number {
    return this.#calls.size;
  }

  /** Takes a call in and gives it its id, which is hard to guess and never used again. */
  add(pending: PendingCall): void {
    pending.fn.active += 1;
    this.#tenants.began(pending.fn.tenant);
    pending.call.id = callId(this.#calls.add(pending));
  }

  /** The call under way that has this id. */
  find(id: number): PendingCall | undefined {
    const pending = this.#calls.get(slotOf(id));
    return pending?.call.id === id ? pending : undefined;
  }

  /** The call has ended; false, and nothing happens, when it has ended before. */
  remove(pending: PendingCall): boolean {
    if (this.find(pending.call.id) !== pending) return false;
    this.#calls.remove(slotOf(pending.call.id));
    pending.fn.active -= 1;
    this.#tenants.ended(pending.fn.tenant);
    if (this.#calls.size === 0) for (const resolve of this.#drained.splice(0)) resolve();
    return true;
  }

  /** Resolves to true when no call is under way, to false when `graceMs` ran out first. */
  async drained(graceMs: number): Promise<boolean> {
    if (this.#calls.size === 0) return true;
    const done = new Promise<boolean>((resolve) => this.#drained.push(() => resolve(true)));
    return (await within(done, graceMs)) ?? false;
  }

  /** All of them; calls may end meanwhile. */
  [Symbol.iterator](): Iterator<PendingCall> {
    return this.#calls[Symbol.iterator]();
  }
}
