import type { HostContext } from '../context.ts';
import { fail } from './errno.ts';
import { type NotedCall, noteLimit } from './limit-note.ts';

/** Files, directories and links that a call may make: bounds what names and empty nodes cost the host. */
export const NODES_MAX = 65_536;
/** What a file with a long name and a byte in it takes of the heap; directories and links take less. */
const NODE_BYTES = 1024;

/** What a budget needs of the call. */
export type BudgetCall = NotedCall & Pick<HostContext, 'keep' | 'limits'>;

/** What the private files of one call may use. Charged before anything is allocated; refusals are noted in its log. */
export class FileBudget {
  readonly #call: BudgetCall;
  #bytes = 0;
  #peakBytes = 0;
  #nodes = 0;

  constructor(call: BudgetCall) {
    this.#call = call;
  }

  /** Bytes of file contents and link targets still free. */
  get freeBytes(): number {
    return this.#call.limits.fileBytes - this.#bytes;
  }

  /** Most bytes that were charged at any time. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** Charges `count` bytes. Fails with ENOSPC, and then charges nothing. */
  take(count: number): void {
    if (count > this.freeBytes) this.refuse(count);
    this.#keep(count);
    this.#bytes += count;
    if (this.#bytes > this.#peakBytes) this.#peakBytes = this.#bytes;
  }

  /** Gives back `count` bytes. */
  give(count: number): void {
    this.#bytes -= count;
    this.#call.keep(-count);
  }

  /** Charges one node, or another name of one. Fails with ENOSPC. */
  takeNode(): void {
    if (this.#nodes === NODES_MAX) {
      noteLimit(
        this.#call,
        'nodes',
        `ENOSPC: the call has ${NODES_MAX} files, directories and links, which is the most.`,
      );
      fail('NOSPC');
    }
    this.#keep(NODE_BYTES);
    this.#nodes += 1;
  }

  /** Gives back one node. */
  giveNode(): void {
    this.#nodes -= 1;
    this.#call.keep(-NODE_BYTES);
  }

  /** Notes that `count` bytes more are past the limit. */
  noteFull(count: number): void {
    const { fileBytes } = this.#call.limits;
    const much = `would have ${this.#bytes + count} bytes, ${fileBytes} are allowed (limits.fileBytes)`;
    const advice = 'remove some, or raise it (faasm configure --file-size)';
    noteLimit(this.#call, 'fileBytes', `ENOSPC: the call's private files ${much}: ${advice}.`);
  }

  /** Fails with ENOSPC because `count` bytes more are past the limit. */
  refuse(count: number): never {
    this.noteFull(count);
    return fail('NOSPC');
  }

  #keep(bytes: number): void {
    if (this.#call.keep(bytes)) return;
    const why = "no memory left for the call's private files, of the host or of its user's share";
    noteLimit(this.#call, 'memory', `ENOSPC: there is ${why}.`);
    fail('NOSPC');
  }
}
