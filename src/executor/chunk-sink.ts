const CHUNK_MAX_BYTES = 64 * 1024;
const EMPTY = new Uint8Array(0);

/** Gathers bytes in chunks of sensible size, however small the pieces that a guest writes. */
export class ChunkSink {
  /** Bytes written since the start or the last `clear`, taken or not. */
  totalBytes = 0;
  /** Bytes that have not been taken. */
  pendingBytes = 0;
  #chunks: Uint8Array[] = [];
  #tail = EMPTY;
  #used = 0;

  /** Copies `bytes`. */
  write(bytes: Uint8Array): void {
    this.totalBytes += bytes.length;
    this.pendingBytes += bytes.length;
    const room = this.#tail.length - this.#used;
    if (bytes.length > room) {
      this.#tail.set(bytes.subarray(0, room), this.#used);
      this.#used += room;
      this.#open(bytes.length - room);
      this.#tail.set(bytes.subarray(room), 0);
      this.#used = bytes.length - room;
    } else {
      this.#tail.set(bytes, this.#used);
      this.#used += bytes.length;
    }
  }

  /** Everything written and not taken before; the caller owns it. */
  take(): Uint8Array[] {
    this.#seal();
    const chunks = this.#chunks;
    this.#chunks = [];
    this.pendingBytes = 0;
    return chunks;
  }

  /** Forgets everything. */
  clear(): void {
    this.take();
    this.totalBytes = 0;
  }

  #open(bytes: number): void {
    const size = Math.max(bytes, Math.min(CHUNK_MAX_BYTES, this.#tail.length * 2));
    this.#seal();
    this.#tail = new Uint8Array(size);
  }

  #seal(): void {
    if (this.#used > 0)
      this.#chunks.push(this.#used === this.#tail.length ? this.#tail : this.#tail.slice(0, this.#used));
    this.#tail = EMPTY;
    this.#used = 0;
  }
}
