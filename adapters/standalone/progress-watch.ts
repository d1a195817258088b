import { SlotTable } from '../../src/index.ts';

/** Something that has to get on: bytes of a body that a client sends. */
export interface Progress {
  /** Bytes so far. */
  readonly size: number;
  /** Told once that too little has come. */
  tooSlow(): void;
  /** The watch's own. */
  slot: number;
  lookedAt: number;
  lookedSize: number;
}

/** How many times each period is looked at: what is watched may wait for up to one part more than the period. */
const LOOKS = 4;

/**
 * Watches that transfers keep a minimal speed: `minBytes` in every period. One timer for all of them, because a timer
 * of its own for each small body costs as much as reading it.
 */
export class ProgressWatch {
  readonly #periodMs: number;
  /** Time by looks: where the host is held up, it does not look, and what clients have sent meanwhile waits unread. */
  #clockMs = 0;
  readonly #minBytes: number;
  readonly #watched = new SlotTable<Progress>();
  #timer: NodeJS.Timeout | undefined;

  constructor(periodMs: number, minBytes: number) {
    this.#periodMs = periodMs;
    this.#minBytes = minBytes;
  }

  add(progress: Progress): void {
    progress.slot = this.#watched.add(progress);
    progress.lookedAt = 0;
    progress.lookedSize = progress.size;
    this.#timer ??= setInterval(() => this.#look(), this.#periodMs / LOOKS).unref();
  }

  remove(progress: Progress): void {
    if (this.#watched.get(progress.slot) === progress) this.#watched.remove(progress.slot);
  }

  /** Stops the timer; nothing is watched any more. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    this.#clockMs += this.#periodMs / LOOKS;
    const now = this.#clockMs;
    for (const progress of this.#watched) {
      // The first look only says where the first period begins.
      if (progress.lookedAt === 0) progress.lookedAt = now;
      if (now - progress.lookedAt < this.#periodMs) continue;
      if (progress.size - progress.lookedSize < this.#minBytes) {
        this.remove(progress);
        progress.tooSlow();
      } else {
        progress.lookedAt = now;
        progress.lookedSize = progress.size;
      }
    }
  }
}
