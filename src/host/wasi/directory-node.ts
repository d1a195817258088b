import type { FileNode } from './file-node.ts';
import { Inode } from './inode.ts';
import type { SymlinkNode } from './symlink-node.ts';
import { type Template, type TemplateDirectory, templateDirectory } from './template.ts';
import { FILETYPE } from './types.ts';

/** Anything in the file tree; `type` tells which. */
export type TreeNode = FileNode | DirectoryNode | SymlinkNode;

/** An entry as `fd_readdir` sees it. Orders grow with time and are never used again, so they serve as cookies. */
export interface Listed {
  readonly name: string;
  readonly node: TreeNode;
  readonly order: number;
}

/** Makes the private view of a template's child. */
export type Instantiate = (template: Template, parent: DirectoryNode) => TreeNode;

/** Cookies 1 and 2 belong to `.` and `..`. */
const FIRST_ORDER = 3;
/** Order of a name that the template has: its place in the template. */
const AS_TEMPLATE = 0;
const EMPTY = templateDirectory({});

/** A directory: entries of its template, and what the call has changed about them. */
export class DirectoryNode extends Inode {
  readonly type = FILETYPE.DIRECTORY;
  readonly size = 0;
  /** The directory above; the root's is itself, as in `..` of `/`. */
  parent: DirectoryNode;
  readonly #instantiate: Instantiate;
  readonly #template: TemplateDirectory;
  readonly #onFree: (() => void) | undefined;
  /** Nodes looked at or made by this call; no node where a template's entry has been removed. */
  readonly #entries = new Map<string, { readonly node: TreeNode | undefined; readonly order: number }>();
  /** Number of entries. */
  #count: number;
  #nextOrder: number;
  /** Entries by order, until the next change; shared by all descriptors, so that open ones cost nothing more. */
  #listing: readonly Listed[] | undefined;

  constructor(
    ino: number,
    time: bigint,
    parent: DirectoryNode | undefined,
    instantiate: Instantiate,
    template: TemplateDirectory = EMPTY,
    onFree?: () => void,
  ) {
    super(ino, time);
    this.parent = parent ?? this;
    this.#instantiate = instantiate;
    this.#template = template;
    this.#onFree = onFree;
    this.#count = template.entries.size;
    this.#nextOrder = FIRST_ORDER + template.entries.size;
  }

  /** Whether nothing is in it. */
  get empty(): boolean {
    return this.#count === 0;
  }

  /** The node called `name`, if any. */
  lookup(name: string): TreeNode | undefined {
    const entry = this.#entries.get(name);
    if (entry) return entry.node;
    const template = this.#template.entries.get(name);
    return template && this.#view(name, template);
  }

  /** Adds an entry; `name` must be free. */
  insert(name: string, node: TreeNode): void {
    this.#entries.delete(name); // so that the map's order stays the order of insertion
    this.#entries.set(name, { node, order: this.#nextOrder });
    this.#nextOrder += 1;
    this.#count += 1;
    node.links += 1;
    if (node.type === FILETYPE.DIRECTORY) node.parent = this;
    this.#changed();
  }

  /** Takes the entry `name` out; its node may live on in descriptors and under other names. */
  remove(name: string): void {
    const node = this.lookup(name);
    if (!node) return;
    if (this.#template.entries.has(name)) this.#entries.set(name, { node: undefined, order: AS_TEMPLATE });
    else this.#entries.delete(name);
    this.#count -= 1;
    node.links -= 1;
    this.#changed();
    node.dropped();
  }

  /** All entries in the order of their cookies. `onItems` hears of work done in bulk. */
  listing(onItems: (count: number) => void): readonly Listed[] {
    if (this.#listing) return this.#listing;
    onItems(this.#count);
    const listed: Listed[] = [];
    let order = FIRST_ORDER;
    for (const [name, template] of this.#template.entries) {
      const known = this.#entries.get(name);
      const node = known ? known.node : this.#view(name, template);
      if (node && (!known || known.order === AS_TEMPLATE)) listed.push({ name, node, order });
      order += 1;
    }
    for (const [name, entry] of this.#entries) {
      if (entry.node && entry.order !== AS_TEMPLATE) listed.push({ name, node: entry.node, order: entry.order });
    }
    this.#listing = listed;
    return listed;
  }

  protected free(): void {
    this.#onFree?.();
  }

  #changed(): void {
    this.#listing = undefined;
    this.modified();
  }

  #view(name: string, template: Template): TreeNode {
    const node = this.#instantiate(template, this);
    node.links = 1;
    this.#entries.set(name, { node, order: AS_TEMPLATE });
    return node;
  }
}
