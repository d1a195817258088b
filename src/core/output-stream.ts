/** The output of a call: chunks as they come, any number of readers, each from the first byte. */
export interface OutputStream extends AsyncIterable<Uint8Array> {
  /** The whole output, once the call has ended. Chunks are owned by the stream; do not write to them. */
  bytes(): Promise<Uint8Array>;
}

/** Concatenation of `chunks`; a single chunk is returned as it is. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

/** The writing end of an {@link OutputStream}; memory is bounded by the call's output limit, enforced at the guest. */
export class OutputBuffer implements OutputStream {
  /** Bytes pushed so far. */
  sizeBytes = 0;
  readonly #chunks: Uint8Array[] = [];
  #ended = false;
  #wake: (() => void)[] = [];

  /** Adds a chunk; the stream owns it from here. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.sizeBytes += chunk.length;
    this.#notify();
  }

  /** No more chunks will come. */
  end(): void {
    this.#ended = true;
    this.#notify();
  }

  async bytes(): Promise<Uint8Array> {
    while (!this.#ended) await this.#change();
    return concat(this.#chunks);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (let next = 0; ; ) {
      const chunk = this.#chunks[next];
      if (chunk !== undefined) {
        next += 1;
        yield chunk;
      } else if (this.#ended) return;
      else await this.#change();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #notify(): void {
    if (this.#wake.length === 0) return;
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }
}

/** A stream that holds `bytes` and has ended. */
export function endedStream(...chunks: Uint8Array[]): OutputBuffer {
  const stream = new OutputBuffer();
  for (const chunk of chunks) stream.push(chunk);
  stream.end();
  return stream;
}
