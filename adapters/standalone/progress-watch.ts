/** Something that has to get on: bytes of a body that a client sends. */
export interface Progress {
  /** Bytes so far. */
  readonly size: number;
  /** Told once that too little has come. */
  tooSlow(): void;
}

/** How many times each period is looked at: what is watched may wait for up to one part more than the period. */
const LOOKS = 4;

/**
 * Watches that transfers keep a minimal speed: `minBytes` in every period. One timer for all of them, because a timer
 * of its own for each small body costs as much as reading it.
 */
export class ProgressWatch {
  readonly #periodMs: number;
  readonly #minBytes: number;
  readonly #watched = new Map<Progress, { since: number; size: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(periodMs: number, minBytes: number) {
    this.#periodMs = periodMs;
    this.#minBytes = minBytes;
  }

  add(progress: Progress): void {
    this.#watched.set(progress, { since: Date.now(), size: progress.size });
    this.#timer ??= setInterval(() => this.#look(Date.now()), this.#periodMs / LOOKS).unref();
  }

  remove(progress: Progress): void {
    this.#watched.delete(progress);
  }

  /** Stops the timer; nothing is watched any more. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#watched.clear();
  }

  #look(now: number): void {
    for (const [progress, last] of this.#watched) {
      if (now - last.since < this.#periodMs) continue;
      if (progress.size - last.size < this.#minBytes) {
        this.#watched.delete(progress);
        progress.tooSlow();
      } else {
        last.since = now;
        last.size = progress.size;
      }
    }
  }
}
