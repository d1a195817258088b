import { fail } from './errno.ts';

/** Files, directories and symbolic links that a call may make: bounds what names and empty nodes cost the host. */
export const NODES_MAX = 65_536;

/** What the private files of one call may use. Charged before anything is allocated. */
export class FileBudget {
  /** Bytes of file contents and link targets still free. */
  bytes: number;
  readonly #keep: (bytes: number) => boolean;
  #nodes: number;

  /** `keep`: see HostContext. */
  constructor(bytes: number, keep: (bytes: number) => boolean = () => true, nodes = NODES_MAX) {
    this.bytes = bytes;
    this.#keep = keep;
    this.#nodes = nodes;
  }

  /** Charges `count` bytes. Fails with ENOSPC, and then charges nothing. */
  take(count: number): void {
    if (count > this.bytes || !this.#keep(count)) fail('NOSPC');
    this.bytes -= count;
  }

  /** Gives back `count` bytes. */
  give(count: number): void {
    this.bytes += count;
    this.#keep(-count);
  }

  /** Charges one node. Fails with ENOSPC. */
  takeNode(): void {
    if (this.#nodes === 0) fail('NOSPC');
    this.#nodes -= 1;
  }

  /** Gives back one node. */
  giveNode(): void {
    this.#nodes += 1;
  }
}
