import type { ErrorRecord } from '../core/errors.ts';
import type { FileAnswer, FileRequest } from '../core/shared-file.ts';
import type { MaybePromise, SharedFileAccess } from '../host/context.ts';
import type { KeptBytes } from './kept-bytes.ts';
import type { FileReply, ThreadFiles } from './thread-files.ts';

/** What shared files need of the call that uses them. */
export interface FileUser {
  readonly user: string;
  /** Suspends the guest until `resume` is called with the work that gives the result; see Suspension. */
  suspend<T>(start: (resume: (work: () => MaybePromise<T>) => void) => void, abandon?: () => void): Promise<T>;
  /** Counts what may be kept beyond the call, in the same budgets as what is kept for it. */
  keptBeyond(): KeptBytes;
}

/** The shared files of one call, and what it holds of them. */
export class GuestFiles implements SharedFileAccess {
  readonly #call: FileUser;
  readonly #thread: ThreadFiles;
  readonly #holds = new Set<number>();
  #collect: (() => readonly FileRequest[]) | undefined;
  /** Contents that are copied for requests. */
  #copies: KeptBytes | undefined;
  /** Those of them that no request has taken yet. */
  #reservedBytes = 0;

  constructor(call: FileUser, thread: ThreadFiles) {
    this.#call = call;
    this.#thread = thread;
  }

  ask<T>(request: FileRequest, work: (answer: FileAnswer) => MaybePromise<T>): Promise<T> {
    let over = false;
    return this.#call.suspend<T>(
      (resume) =>
        this.post(request, (answer) => {
          const hold = holdOf(answer);
          // The call may have ended over the wait.
          if (over) return this.#thread.release(hold === undefined ? [] : [hold]);
          if (hold !== undefined) this.#holds.add(hold);
          resume(() => work(answer));
        }),
      () => {
        over = true;
      },
    );
  }

  /** Asks the main thread without suspending the guest; bytes to be written are given away. */
  post(request: FileRequest, reply: FileReply): void {
    const bytes = copiedBytes(request);
    this.#reservedBytes -= bytes;
    this.#thread.ask(this.#call.user, request, (answer) => {
      this.#copies?.add(-bytes);
      reply(answer);
    });
  }

  reserve(bytes: number): boolean {
    this.#copies ??= this.#call.keptBeyond();
    if (!this.#copies.add(bytes)) return false;
    this.#reservedBytes += bytes;
    return true;
  }

  release(hold: number): void {
    if (this.#holds.delete(hold)) this.#thread.release([hold]);
  }

  atEnd(collect: () => readonly FileRequest[]): void {
    this.#collect = collect;
  }

  /** What the program has left to be written, once. */
  unwritten(): readonly FileRequest[] {
    const collect = this.#collect;
    this.#collect = undefined;
    return collect?.() ?? [];
  }

  /** Posts all of `writes`; `done` hears of the last answer, or of the first that is an error. */
  writeAll(writes: readonly FileRequest[], done: (error?: ErrorRecord) => void): void {
    let left = writes.length;
    for (const write of writes) {
      this.post(write, (answer) => {
        const failed = 'error' in answer;
        left -= 1;
        if (left < 0 || (left > 0 && !failed)) return;
        // Nobody hears of what comes after an error.
        left = 0;
        done(failed ? answer.error : undefined);
      });
    }
  }

  /** The call is over, or its initialisation: gives everything back. */
  clear(): void {
    this.#collect = undefined;
    this.#thread.release([...this.#holds]);
    this.#holds.clear();
    this.#copies?.add(-this.#reservedBytes);
    this.#reservedBytes = 0;
  }
}

/** What the host copies for a request, and has been reserved for it. */
function copiedBytes(request: FileRequest): number {
  switch (request.kind) {
    case 'write':
      return request.bytes.length;
    case 'move':
      return request.sizeBytes;
    default:
      return 0;
  }
}

function holdOf(answer: FileAnswer): number | undefined {
  return 'found' in answer && answer.found.kind === 'file' ? answer.found.contents?.hold : undefined;
}
