import { FairQueue } from '../core/fair-queue.ts';
import type { TurnEnd } from '../core/turn-end.ts';
import type { Guard, Turn } from '../layer/layer.ts';
import type { ThreadBoard } from './thread-board.ts';

/** After this long the event loop gets a turn too: messages, timers. */
const SLICE_MS = 5;

/** Something that wants the thread: called in a macrotask when its time has come, answers the turn or nothing to run. */
export type TurnMaker = () => Turn | undefined;

/**
 * Runs the turns of a thread's Faaslets one after the other under the guard: users in turn, those of one user in the
 * order in which they became ready. Always from a macrotask (see Guard.run).
 */
export class TurnQueue {
  readonly #guard: Guard;
  readonly #board: ThreadBoard;
  readonly #waiting = new FairQueue<TurnMaker>();
  #current: Turn | undefined;
  /** What turns have taken beyond a slice, in ms since the thread began: nobody else got anywhere meanwhile. */
  heldMs = 0;
  #running = false;
  /** Whether `left` is called within `run`. */
  #sync = false;
  #scheduled = false;

  constructor(guard: Guard, board: ThreadBoard) {
    this.#guard = guard;
    this.#board = board;
  }

  /** Queues a turn of one of a user's calls; it starts in a macrotask of its own. */
  push(user: string, maker: TurnMaker): void {
    this.#waiting.push(user, maker);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#running) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#run(performance.now() + SLICE_MS);
    });
  }

  #run(sliceEnd: number): void {
    for (;;) {
      if (this.#waiting.size > 0 && performance.now() >= sliceEnd) return this.#schedule();
      const maker = this.#waiting.shift();
      if (maker === undefined) return;
      const turn = maker();
      if (turn !== undefined && !this.#take(turn)) return;
    }
  }

  /** Runs one turn; false when it ends later (portable layer), which then goes on with the queue. */
  #take(turn: Turn): boolean {
    this.#current = turn;
    this.#running = true;
    this.#sync = true;
    this.#board.turnCall = turn.call;
    this.#board.turnStartedAt = Date.now();
    this.#guard.run(turn, this.#left);
    this.#sync = false;
    return !this.#running;
  }

  readonly #left = (end: TurnEnd, wallMs: number, cpuMs: number): void => {
    this.#running = false;
    this.#board.turnStartedAt = 0;
    this.heldMs += Math.max(0, wallMs - SLICE_MS);
    this.#current?.left(end, wallMs, cpuMs);
    if (!this.#sync) this.#schedule();
  };
}
