import type { FileAnswer, FileRequest } from '../core/shared-file.ts';
import { SlotTable } from '../core/slot-table.ts';
import type { FromThread } from './protocol.ts';

/** Called in a macrotask with what the host answered. */
export type FileReply = (answer: FileAnswer) => void;

/** A thread's side of the shared files: the main thread has them, and is asked for everything. */
export class ThreadFiles {
  readonly #post: (message: FromThread, moved: readonly Uint8Array[]) => void;
  readonly #waiting = new SlotTable<FileReply>();

  constructor(post: (message: FromThread, moved: readonly Uint8Array[]) => void) {
    this.#post = post;
  }

  /** Asks the main thread. Bytes to be written are given away. */
  ask(user: string, ask: FileRequest, reply: FileReply): void {
    const request = this.#waiting.add(reply);
    this.#post({ kind: 'file', request, user, ask }, ask.kind === 'write' ? [ask.bytes] : []);
  }

  /** An answer has come. */
  answered(request: number, answer: FileAnswer): void {
    this.#waiting.remove(request)?.(answer);
  }

  /** Gives back holds on contents. */
  release(holds: readonly number[]): void {
    if (holds.length > 0) this.#post({ kind: 'filesReleased', holds }, []);
  }
}
