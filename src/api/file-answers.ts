import { FaasmError } from '../core/errors.ts';
import type { FileStore } from '../core/ports.ts';
import { type ApiRequest, type ApiResponse, bytesResponse } from './http.ts';

/** Files up to this size are sent in one piece, and not counted. */
const SMALL_BYTES = 64 * 1024;
/** A larger one is sent in pieces of this size, at the client's pace. */
const PIECE_BYTES = 256 * 1024;
const NOTHING = new Uint8Array(0);

/** Answers with shared files, which are in memory until the client has taken them: bounds what all of them hold. */
export class FileAnswers {
  readonly #limitBytes: number;
  #heldBytes = 0;

  /** `limitBytes`: for all answers together; a single one may be larger. */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /**
   * The answer to a request for a file of `user`, undefined where there is none. Waits for the store. Throws what the
   * store throws, and `HOST_OVERLOADED` while too much is held for other answers.
   */
  async answer(request: ApiRequest, files: FileStore, user: string, path: string): Promise<ApiResponse | undefined> {
    const facts = await files.stat(user, path);
    if (facts === undefined) return undefined;
    const headers = { 'content-length': String(facts.sizeBytes) };
    if (request.method === 'HEAD')
      return bytesResponse(
        pieces(NOTHING, () => {}),
        headers,
      );
    if (facts.sizeBytes <= SMALL_BYTES) return whole(await files.get(user, path));
    const release = this.#hold(facts.sizeBytes);
    request.onDisconnect(release);
    try {
      const file = await files.get(user, path);
      if (file === undefined) release();
      // Its size may have changed since it was looked at.
      return file && bytesResponse(pieces(file, release), { 'content-length': String(file.length) });
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Counts an answer; the function that ends it may be called more than once. */
  #hold(sizeBytes: number): () => void {
    if (this.#heldBytes > 0 && this.#heldBytes + sizeBytes > this.#limitBytes) {
      throw new FaasmError(
        'HOST_OVERLOADED',
        `Files that are being sent take ${this.#heldBytes} bytes, with this one more than the ${this.#limitBytes} ` +
          'that are allowed (FAASM_HOST_BODY_BYTES): try again.',
      );
    }
    this.#heldBytes += sizeBytes;
    let held = sizeBytes;
    return () => {
      this.#heldBytes -= held;
      held = 0;
    };
  }
}

function whole(file: Uint8Array | undefined): ApiResponse | undefined {
  return file && bytesResponse(file);
}

async function* pieces(file: Uint8Array, release: () => void): AsyncGenerator<Uint8Array> {
  try {
    for (let at = 0; at < file.length; at += PIECE_BYTES) yield file.subarray(at, at + PIECE_BYTES);
  } finally {
    release();
  }
}
