import { type TurnBoard, turnBoard } from '../layer/portable.ts';

const TURN_BYTES = 32;
const CLAIMS = 256;
const NUMBERS = 3;

/** States of a claim slot. */
const FREE = 0;
const POSTED = 1;
const TAKEN = 2;

/**
 * What a thread and the scheduler know of each other without a message: how long the current turn has been running,
 * how many Faaslets are suspended, and which posted calls the thread has begun. A call that a busy thread has not begun
 * can be taken back and given to another one.
 */
export class ThreadBoard {
  readonly buffer: SharedArrayBuffer;
  readonly turn: TurnBoard;
  readonly #numbers: Float64Array;
  readonly #claims: Int32Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(TURN_BYTES + NUMBERS * 8 + CLAIMS * 4)) {
    this.buffer = buffer;
    this.turn = turnBoard(buffer);
    this.#numbers = new Float64Array(buffer, TURN_BYTES, NUMBERS);
    this.#claims = new Int32Array(buffer, TURN_BYTES + NUMBERS * 8, CLAIMS);
  }

  /** Thread: a turn begins (epoch ms) or has ended (0). */
  set turnStartedAt(at: number) {
    this.#numbers[0] = at;
  }

  get turnStartedAt(): number {
    return this.#numbers[0] ?? 0;
  }

  /** Thread: the call whose turn it is, or was. */
  set turnCall(call: number) {
    this.#numbers[2] = call;
  }

  get turnCall(): number {
    return this.#numbers[2] ?? 0;
  }

  /** Thread: Faaslets that wait for something. */
  set suspended(count: number) {
    this.#numbers[1] = count;
  }

  get suspended(): number {
    return this.#numbers[1] ?? 0;
  }

  /** Scheduler: a free slot for a call that is about to be posted; -1 when the thread has enough to do. */
  post(): number {
    for (let slot = 0; slot < CLAIMS; slot += 1) {
      if (Atomics.compareExchange(this.#claims, slot, FREE, POSTED) === FREE) return slot;
    }
    return -1;
  }

  /** Thread: begins a posted call; false when the scheduler has taken it back. Frees the slot either way. */
  claim(slot: number): boolean {
    const mine = Atomics.compareExchange(this.#claims, slot, POSTED, FREE) === POSTED;
    if (!mine) Atomics.store(this.#claims, slot, FREE);
    return mine;
  }

  /** Scheduler: takes a posted call back; false when the thread has begun it. The thread frees the slot. */
  takeBack(slot: number): boolean {
    return Atomics.compareExchange(this.#claims, slot, POSTED, TAKEN) === POSTED;
  }
}
