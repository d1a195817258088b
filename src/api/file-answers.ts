import type { Principal } from '../core/call.ts';
import { FaasmError } from '../core/errors.ts';
import type { FileStore } from '../core/ports.ts';
import { UserCounts } from '../core/user-counts.ts';
import { type ApiHeaders, type ApiRequest, type ApiResponse, bytesResponse } from './http.ts';

/** Files up to this size are sent in one piece, and not counted. */
const SMALL_BYTES = 64 * 1024;
/** A larger one is sent in pieces of this size, at the client's pace. */
const PIECE_BYTES = 256 * 1024;
/** What one user may have of the bound. */
const USER_SHARE = 0.5;
const NOTHING = new Uint8Array(0);

type MaybeBytes = Uint8Array | undefined;

/** A file that is to be sent. */
export interface SentFile<Bytes = Uint8Array> {
  /** The user whose it is. */
  readonly owner: string;
  readonly sizeBytes: number;
  /** Headers beside the length. */
  readonly headers?: ApiHeaders;
  read(): Promise<Bytes>;
}

/**
 * Answers with shared files and code of functions, which are in memory until the client has taken them: bounds what all
 * of them hold, and what those of one user do, so that slow clients of one leave something to the others.
 */
export class FileAnswers {
  readonly #limitBytes: number;
  #heldBytes = 0;
  readonly #heldByUser = new UserCounts();

  /** `limitBytes`: for all answers together; a single one may be larger. */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /**
   * The answer to a request of `principal` for a shared file of `user`, undefined where there is none. Waits for the store.
   * Throws what the store throws, and `HOST_OVERLOADED` while too much is held for other answers.
   */
  async answer(
    request: ApiRequest,
    principal: Principal,
    files: FileStore,
    user: string,
    path: string,
  ): Promise<ApiResponse | undefined> {
    const facts = await files.stat(user, path);
    if (facts === undefined) return undefined;
    return this.send(request, principal, {
      owner: user,
      sizeBytes: facts.sizeBytes,
      read: () => files.get(user, path),
    });
  }

  /** As {@link answer} for a file whose size is known; undefined where it cannot be read any more. */
  send(request: ApiRequest, principal: Principal, file: SentFile): Promise<ApiResponse>;
  send(request: ApiRequest, principal: Principal, file: SentFile<MaybeBytes>): Promise<ApiResponse | undefined>;
  async send(request: ApiRequest, principal: Principal, file: SentFile<MaybeBytes>): Promise<ApiResponse | undefined> {
    const { owner, sizeBytes, headers } = file;
    const withLength = (length: number): ApiHeaders => ({ ...headers, 'content-length': String(length) });
    if (request.method === 'HEAD')
      return bytesResponse(
        pieces(NOTHING, () => {}),
        withLength(sizeBytes),
      );
    if (sizeBytes <= SMALL_BYTES) {
      const bytes = await file.read();
      return bytes && bytesResponse(bytes, headers);
    }
    // Administrators act for many users.
    const release = this.#hold(principal.kind === 'admin' ? owner : principal.user, sizeBytes);
    request.onDisconnect(release);
    try {
      const bytes = await file.read();
      if (bytes === undefined) release();
      // Its size may have changed since it was looked at.
      return bytes && bytesResponse(pieces(bytes, release), withLength(bytes.length));
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Counts an answer; the function that ends it may be called more than once. */
  #hold(user: string, sizeBytes: number): () => void {
    this.#check(user, sizeBytes);
    this.#count(user, sizeBytes);
    let held = sizeBytes;
    return () => {
      this.#count(user, -held);
      held = 0;
    };
  }

  /** Throws `HOST_OVERLOADED` where an answer has no room. */
  #check(user: string, sizeBytes: number): void {
    const held = this.#heldBytes;
    const heldByUser = this.#heldByUser.of(user);
    const most = Math.floor(this.#limitBytes * USER_SHARE);
    if (heldByUser > 0 && heldByUser + sizeBytes > most) {
      throw new FaasmError(
        'HOST_OVERLOADED',
        `Files that are being sent to clients of user ${user} take ${heldByUser} bytes, with this one more than the ` +
          `${most} that one user may have (half of FAASM_HOST_BODY_BYTES): try again.`,
      );
    }
    if (held > 0 && held + sizeBytes > this.#limitBytes) {
      throw new FaasmError(
        'HOST_OVERLOADED',
        `Files that are being sent take ${held} bytes, with this one more than the ${this.#limitBytes} ` +
          'that are allowed (FAASM_HOST_BODY_BYTES): try again.',
      );
    }
  }

  #count(user: string, bytes: number): void {
    this.#heldBytes += bytes;
    this.#heldByUser.add(user, bytes);
  }
}

async function* pieces(file: Uint8Array, release: () => void): AsyncGenerator<Uint8Array> {
  try {
    for (let at = 0; at < file.length; at += PIECE_BYTES) yield file.subarray(at, at + PIECE_BYTES);
  } finally {
    release();
  }
}
