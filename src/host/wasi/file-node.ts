import type { Pace } from '../pace.ts';
import type { FileBudget } from './budget.ts';
import { Inode } from './inode.ts';
import { FILETYPE } from './types.ts';

/** Files are kept in pieces of this size, so that growing one never copies it. */
const PIECE = 64 * 1024;
const SMALLEST = 64;

/**
 * A regular file in memory. The budget is charged with its size; a piece has at most a quarter (and 64 bytes) more
 * room than its contents need, and what was never written takes no room at all.
 */
export class FileNode extends Inode {
  readonly type: typeof FILETYPE.REGULAR_FILE | typeof FILETYPE.CHARACTER_DEVICE = FILETYPE.REGULAR_FILE;
  readonly #budget: FileBudget;
  /** Contents that belong to the runtime tree, until the first change. */
  #shared: Uint8Array | undefined;
  /** Whether the node itself is charged to the budget. */
  readonly #charged: boolean;
  /** Pieces may be missing or short; what they lack reads as zeros. */
  #pieces: (Uint8Array | undefined)[] = [];
  #size: number;

  /** An empty file charged to `budget`, or a view of `shared`, which is neither charged nor ever written to. */
  constructor(ino: number, time: bigint, budget: FileBudget, shared?: Uint8Array) {
    super(ino, time);
    if (!shared) budget.takeNode();
    this.#budget = budget;
    this.#charged = shared === undefined;
    this.#shared = shared;
    this.#size = shared?.length ?? 0;
  }

  get size(): number {
    return this.#size;
  }

  /** Copies from `position` into `target`; answers how many bytes, 0 at the end of the file. */
  read(position: number, target: Uint8Array, pace: Pace): number {
    const count = Math.max(0, Math.min(target.length, this.#size - position));
    if (this.#shared) {
      pace.copy(target, this.#shared.subarray(position, position + count));
      return count;
    }
    for (let done = 0; done < count; ) {
      const start = (position + done) % PIECE;
      const length = Math.min(count - done, PIECE - start);
      const piece = this.#pieces[Math.floor((position + done) / PIECE)];
      const present = piece ? piece.subarray(start, start + length) : undefined;
      if (present) target.set(present, done);
      target.fill(0, done + (present?.length ?? 0), done + length);
      pace.bytes(length);
      done += length;
    }
    return count;
  }

  /**
   * Copies `source` to `position`, growing the file as needed; a hole in between reads as zeros. Answers how many
   * bytes fitted the budget; fails with ENOSPC where none did.
   */
  write(position: number, source: Uint8Array, pace: Pace): number {
    if (source.length === 0) return 0;
    this.#own(pace);
    const room = Math.max(this.#size, Math.min(position + source.length, this.#size + this.#budget.freeBytes));
    const count = Math.min(source.length, room - position);
    const needed = position + source.length - this.#size;
    if (count <= 0) this.#budget.refuse(needed);
    if (count < source.length) this.#budget.noteFull(needed);
    if (position + count > this.#size) {
      this.#budget.take(position + count - this.#size);
      this.#size = position + count;
    }
    for (let done = 0; done < count; ) {
      const start = (position + done) % PIECE;
      const length = Math.min(count - done, PIECE - start);
      const piece = this.#piece(Math.floor((position + done) / PIECE), start + length);
      piece.set(source.subarray(done, done + length), start);
      pace.bytes(length);
      done += length;
    }
    this.modified();
    return count;
  }

  /** Cuts the file, or extends it with zeros that take no room but are charged. Fails with ENOSPC. */
  resize(size: number, pace: Pace): void {
    if (size === 0 && this.#shared) {
      this.#shared = undefined;
      this.#size = 0;
    }
    this.#own(pace);
    if (size > this.#size) this.#budget.take(size - this.#size);
    else if (size < this.#size) this.#cut(size);
    this.#size = size;
    this.modified();
  }

  protected free(): void {
    if (!this.#shared) this.#budget.give(this.#size);
    this.#shared = undefined;
    this.#pieces = [];
    this.#size = 0;
    if (this.#charged) this.#budget.giveNode();
  }

  #cut(size: number): void {
    this.#budget.give(this.#size - size);
    this.#pieces.length = Math.min(this.#pieces.length, Math.ceil(size / PIECE));
    const rest = size % PIECE;
    const last = rest === 0 ? undefined : this.#pieces[Math.floor(size / PIECE)];
    // A copy, because a subarray would keep memory that is no longer charged.
    if (last && last.length > rest) this.#pieces[Math.floor(size / PIECE)] = last.slice(0, rest);
  }

  /** Piece `index` with room for `needed` bytes. */
  #piece(index: number, needed: number): Uint8Array {
    const known = this.#pieces[index];
    if (known && known.length >= needed) return known;
    const grown = new Uint8Array(Math.min(PIECE, Math.max(SMALLEST, needed, Math.floor((known?.length ?? 0) * 1.25))));
    if (known) grown.set(known);
    // Holes are written out: an array with gaps could turn into a slow dictionary.
    while (this.#pieces.length < index) this.#pieces.push(undefined);
    this.#pieces[index] = grown;
    return grown;
  }

  /** Turns shared contents into private ones, at the first change. */
  #own(pace: Pace): void {
    const shared = this.#shared;
    if (!shared) return;
    this.#budget.take(shared.length);
    this.#shared = undefined;
    for (let start = 0; start < shared.length; start += PIECE) {
      this.#pieces.push(shared.slice(start, start + PIECE));
      pace.bytes(PIECE);
    }
  }
}
