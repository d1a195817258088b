import type { FileName } from '../../core/shared-file.ts';
import { DirectoryNode, FIRST_ORDER, type Listed, type LookupPurpose, type TreeNode } from './directory-node.ts';
import { fail } from './errno.ts';
import type { SharedFile } from './shared-file.ts';
import { sharedIno } from './shared-file.ts';
import { DEVICE, FILETYPE } from './types.ts';

/** The shared files that directories show; everything may throw a FileWait. */
export interface SharedView {
  find(path: string, purpose: LookupPurpose, parent: SharedDirectory): TreeNode | undefined;
  /** A new file. */
  create(path: string): SharedFile;
  makeDirectory(path: string): void;
  remove(path: string): void;
  /** Moves what is there to a path, in place of `replaced`. */
  move(node: TreeNode, to: string, replaced: TreeNode | undefined): void;
  /** Whether there is anything below a path. */
  holdsFiles(path: string): boolean;
  /** The names below a path, counted as the call's until they are forgotten. */
  names(path: string): readonly FileName[];
  forget(names: readonly FileName[]): void;
}

/**
 * A directory of shared files. Stores have no directories: one exists where a file lies below it, so every name on the
 * way to a file is taken for one.
 */
export class SharedDirectory extends DirectoryNode {
  override readonly device = DEVICE.SHARED;
  readonly path: string;
  readonly #view: SharedView;
  #names: readonly FileName[] = [];

  constructor(view: SharedView, path: string, time: bigint, parent: DirectoryNode) {
    super(sharedIno(path), time, parent);
    this.#view = view;
    this.path = path;
    this.links = 1;
  }

  /** The path of an entry. */
  pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}/${name}`;
  }

  get empty(): boolean {
    return !this.#view.holdsFiles(this.path);
  }

  lookup(name: string, purpose: LookupPurpose): TreeNode | undefined {
    return this.#view.find(this.pathOf(name), purpose, this);
  }

  /** Nothing but files that {@link create} makes can be put here: stores have no links. */
  insert(): never {
    return fail('PERM');
  }

  /** A new file called `name`, not open yet. */
  create(name: string): SharedFile {
    return this.#view.create(this.pathOf(name));
  }

  /** Makes a directory for this call. */
  makeDirectory(name: string): void {
    this.#view.makeDirectory(this.pathOf(name));
  }

  /** Moves a node of the shared files to `name`, in place of `replaced`. */
  take(node: TreeNode, name: string, replaced: TreeNode | undefined): void {
    this.#view.move(node, this.pathOf(name), replaced);
  }

  remove(name: string): void {
    this.#view.remove(this.pathOf(name));
  }

  /** What a descriptor is open on: the directory with its names as they are now. */
  opened(): SharedDirectory {
    const opened = new SharedDirectory(this.#view, this.path, this.mtime, this.parent);
    opened.#names = this.#view.names(this.path);
    return opened;
  }

  listing(onItems: (count: number) => void): readonly Listed[] {
    onItems(this.#names.length);
    return this.#names.map(({ name, directory }, index) => {
      const type = directory ? FILETYPE.DIRECTORY : FILETYPE.REGULAR_FILE;
      return { name, node: { ino: sharedIno(this.pathOf(name)), type }, order: FIRST_ORDER + index };
    });
  }

  /** Kept by whoever has it open. */
  override dropped(): void {
    if (this.opens === 0) this.free();
  }

  protected free(): void {
    this.#view.forget(this.#names);
    this.#names = [];
  }
}
