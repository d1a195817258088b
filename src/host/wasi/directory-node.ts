import type { FileNode } from './file-node.ts';
import { Inode } from './inode.ts';
import type { SymlinkNode } from './symlink-node.ts';
import { FILETYPE } from './types.ts';

/** Anything in the file tree; `type` tells which. */
export type TreeNode = FileNode | DirectoryNode | SymlinkNode;

/** An entry as `fd_readdir` sees it. Orders grow with time and are never used again, so they serve as cookies. */
export interface Listed {
  readonly name: string;
  readonly node: Pick<TreeNode, 'ino' | 'type'>;
  readonly order: number;
}

/** Why a name is looked up: to go on from there, for facts about what it names, or to read that. */
export type LookupPurpose = 'walk' | 'facts' | 'contents';

/** Cookies 1 and 2 belong to `.` and `..`. */
export const FIRST_ORDER = 3;

/** A directory of any kind. */
export abstract class DirectoryNode extends Inode {
  readonly type = FILETYPE.DIRECTORY;
  readonly size = 0;
  /** The directory above; the root's is itself, as in `..` of `/`. */
  parent: DirectoryNode;

  constructor(ino: number, time: bigint, parent?: DirectoryNode) {
    super(ino, time);
    this.parent = parent ?? this;
  }

  /** Whether nothing is in it. */
  abstract readonly empty: boolean;

  /** The node called `name`, if any. */
  abstract lookup(name: string, purpose: LookupPurpose): TreeNode | undefined;

  /** Adds an entry; `name` must be free. `moved`: it takes the place of one that was removed as `moved`. */
  abstract insert(name: string, node: TreeNode, moved?: boolean): void;

  /**
   * Takes the entry `name` out; its node may live on in descriptors and under other names. `moved`: it gets another name,
   * which costs nothing more.
   */
  abstract remove(name: string, moved?: boolean): void;

  /** All entries in the order of their cookies. `onItems` hears of work done in bulk. */
  abstract listing(onItems: (count: number) => void): readonly Listed[];
}
