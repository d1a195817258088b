import type { FileBudget } from './budget.ts';
import { DirectoryNode, FIRST_ORDER, type Listed, type TreeNode } from './directory-node.ts';
import { type Template, type TemplateDirectory, templateDirectory } from './template.ts';
import { FILETYPE } from './types.ts';

/** Makes the private view of a template's child. */
export type Instantiate = (template: Template, parent: DirectoryNode) => TreeNode;

/** Another tree that begins at a name of this one; listings do not show it. */
export type Mounted = (name: string) => DirectoryNode | undefined;

/** Order of a name that the template has: its place in the template. */
const AS_TEMPLATE = 0;
const EMPTY = templateDirectory({});

/** A directory of the call's own tree: entries of its template, and what the call has changed about them. */
export class PrivateDirectory extends DirectoryNode {
  readonly #instantiate: Instantiate;
  readonly #template: TemplateDirectory;
  readonly #budget: FileBudget;
  /** Whether the node itself is charged to the budget. */
  readonly #charged: boolean;
  /** Nodes looked at or made by this call; no node where a template's entry has been removed. */
  readonly #entries = new Map<string, { readonly node: TreeNode | undefined; readonly order: number }>();
  /** What is mounted in it. */
  mounted: Mounted | undefined;
  /** Number of entries. */
  #count: number;
  #nextOrder: number;
  /** Entries by order, until the next change; shared by all descriptors, so that open ones cost nothing more. */
  #listing: readonly Listed[] | undefined;

  /** An empty directory charged to `budget`, or a view of `template`, which is not charged. */
  constructor(
    ino: number,
    time: bigint,
    parent: DirectoryNode | undefined,
    instantiate: Instantiate,
    budget: FileBudget,
    template?: TemplateDirectory,
  ) {
    super(ino, time, parent);
    if (template === undefined) budget.takeNode();
    this.#instantiate = instantiate;
    this.#budget = budget;
    this.#charged = template === undefined;
    this.#template = template ?? EMPTY;
    this.#count = this.#template.entries.size;
    this.#nextOrder = FIRST_ORDER + this.#count;
  }

  get empty(): boolean {
    return this.#count === 0;
  }

  lookup(name: string): TreeNode | undefined {
    const entry = this.#entries.get(name);
    if (entry) return entry.node;
    const template = this.#template.entries.get(name);
    return template ? this.#view(name, template) : this.mounted?.(name);
  }

  insert(name: string, node: TreeNode, moved = false): void {
    if (node.links > 0 && !moved) this.#budget.takeNode(); // a hard link: a name without a node of its own
    this.#entries.delete(name); // so that the map's order stays the order of insertion
    this.#entries.set(name, { node, order: this.#nextOrder });
    this.#nextOrder += 1;
    this.#count += 1;
    node.links += 1;
    if (node.type === FILETYPE.DIRECTORY) node.parent = this;
    this.#changed();
  }

  remove(name: string, moved = false): void {
    const node = this.lookup(name);
    if (!node) return;
    if (this.#template.entries.has(name)) this.#entries.set(name, { node: undefined, order: AS_TEMPLATE });
    else this.#entries.delete(name);
    this.#count -= 1;
    node.links -= 1;
    if (node.links > 0 && !moved) this.#budget.giveNode();
    this.#changed();
    node.dropped();
  }

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
    if (this.#charged) this.#budget.giveNode();
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
