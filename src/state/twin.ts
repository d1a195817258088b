import type { Budget } from '../core/budget.ts';
import { FaasmError } from '../core/errors.ts';
import { PAGE_BYTES } from '../core/limits.ts';
import type { MemoryLayer } from '../layer/layer.ts';

/** Bytes of a piece of a twin: one page of the host's memory budget. */
export const CHUNK_BYTES = PAGE_BYTES;

const ZEROS = new Uint8Array(CHUNK_BYTES);

/**
 * A value as the global tier was last known to have it. What differs from it has been changed here, through pointers
 * that nobody declares the stores of. Pieces of zeros take no memory; all others count in the host's budget.
 */
export class Twin {
  readonly #budget: Budget;
  readonly #equal: MemoryLayer['equal'];
  readonly #chunks: (Uint8Array | undefined)[];

  constructor(budget: Budget, layer: Pick<MemoryLayer, 'equal'>, sizeBytes: number) {
    this.#budget = budget;
    this.#equal = layer.equal;
    this.#chunks = new Array(Math.ceil(sizeBytes / CHUNK_BYTES));
  }

  /** What it takes, in pages of the budget. */
  get pages(): number {
    return this.#chunks.reduce((count, chunk) => (chunk === undefined ? count : count + 1), 0);
  }

  /** The piece that begins at `offset`, a multiple of {@link CHUNK_BYTES}; not to be written to. */
  chunk(offset: number): Uint8Array {
    return this.#chunks[offset / CHUNK_BYTES] ?? ZEROS;
  }

  /** Whether the piece that begins at `offset` takes memory: it is not of zeros. */
  hasChunk(offset: number): boolean {
    return this.#chunks[offset / CHUNK_BYTES] !== undefined;
  }

  /** Takes `bytes` for the global tier's from `offset` on. Throws `HOST_OVERLOADED`, with some of them taken. */
  set(offset: number, bytes: Uint8Array): void {
    this.#eachPiece(offset, bytes, (index, start, piece) => this.#pieceFor(index, piece)?.set(piece, start));
  }

  /** Takes the memory that {@link set} needs for these bytes, and changes nothing. Throws `HOST_OVERLOADED`. */
  makeRoom(offset: number, bytes: Uint8Array): void {
    this.#eachPiece(offset, bytes, (index, _, piece) => this.#pieceFor(index, piece));
  }

  /** Gives its memory back. */
  release(): void {
    this.#budget.release('memoryPages', this.pages);
    this.#chunks.fill(undefined);
  }

  #eachPiece(offset: number, bytes: Uint8Array, work: (index: number, start: number, piece: Uint8Array) => void): void {
    for (let done = 0; done < bytes.length; ) {
      const index = Math.floor((offset + done) / CHUNK_BYTES);
      const start = offset + done - index * CHUNK_BYTES;
      const piece = bytes.subarray(done, done + CHUNK_BYTES - start);
      done += piece.length;
      work(index, start, piece);
    }
  }

  /** Where `piece` goes; undefined where zeros go into zeros. */
  #pieceFor(index: number, piece: Uint8Array): Uint8Array | undefined {
    const known = this.#chunks[index];
    if (known !== undefined || this.#equal(piece, ZEROS.subarray(0, piece.length))) return known;
    if (!this.#budget.reserve('memoryPages', 1)) {
      throw new FaasmError(
        'HOST_OVERLOADED',
        'The host has no memory left to see what a function changes through a pointer to its state: let the function declare what it changes (docs/state.md), or try again later.',
      );
    }
    const chunk = new Uint8Array(CHUNK_BYTES);
    this.#chunks[index] = chunk;
    return chunk;
  }
}
