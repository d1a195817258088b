import type { FileBudget } from './budget.ts';
import { Inode } from './inode.ts';
import { FILETYPE } from './types.ts';

const encoder = new TextEncoder();

/** A symbolic link; its target is resolved when the link is followed, relative to the directory that holds it. */
export class SymlinkNode extends Inode {
  readonly type = FILETYPE.SYMBOLIC_LINK;
  readonly target: string;
  /** Length of the target in bytes of UTF-8. */
  readonly size: number;
  readonly #budget: FileBudget | undefined;

  /** Charged to `budget`, where one is given. Fails with ENOSPC. */
  constructor(ino: number, time: bigint, target: string, budget?: FileBudget) {
    super(ino, time);
    this.target = target;
    this.size = encoder.encode(target).length;
    budget?.take(this.size);
    budget?.takeNode();
    this.#budget = budget;
  }

  protected free(): void {
    this.#budget?.give(this.size);
    this.#budget?.giveNode();
  }
}
