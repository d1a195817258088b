import { realtimeNs } from '../clock.ts';
import type { FileBudget } from './budget.ts';
import { DeviceNode } from './device-node.ts';
import type { DirectoryNode, TreeNode } from './directory-node.ts';
import { FileNode } from './file-node.ts';
import { type Mounted, PrivateDirectory } from './private-directory.ts';
import { SymlinkNode } from './symlink-node.ts';
import { RUNTIME_TREE, type Template, type TemplateDirectory } from './template.ts';

/** Time of everything in the runtime tree: when this thread loaded it. */
const TEMPLATE_TIME = realtimeNs();

/** The files of one call: a private, writable view of a template. Costs two objects until something is looked at. */
export class FileTree {
  readonly root: DirectoryNode;
  /** What private contents are charged to. */
  readonly budget: FileBudget;
  #nextIno = 1;
  readonly #instantiate = (template: Template, parent: DirectoryNode): TreeNode => this.#view(template, parent);

  /** `budget` is for the contents of private files; `mounted` answers other trees by their names in the root. */
  constructor(budget: FileBudget, template: TemplateDirectory = RUNTIME_TREE, mounted?: Mounted) {
    this.budget = budget;
    const root = new PrivateDirectory(this.#ino(), TEMPLATE_TIME, undefined, this.#instantiate, budget, template);
    root.links = 1;
    root.mounted = mounted;
    this.root = root;
  }

  /** An empty file, not yet in a directory. Fails with ENOSPC. */
  file(): FileNode {
    return new FileNode(this.#ino(), realtimeNs(), this.budget);
  }

  /** An empty directory, not yet in one. Fails with ENOSPC. */
  directory(): DirectoryNode {
    return new PrivateDirectory(this.#ino(), realtimeNs(), undefined, this.#instantiate, this.budget);
  }

  /** A symbolic link, not yet in a directory. Fails with ENOSPC. */
  symlink(target: string): SymlinkNode {
    return new SymlinkNode(this.#ino(), realtimeNs(), target, this.budget);
  }

  #view(template: Template, parent: DirectoryNode): TreeNode {
    switch (template.kind) {
      case 'directory':
        return new PrivateDirectory(this.#ino(), TEMPLATE_TIME, parent, this.#instantiate, this.budget, template);
      case 'link':
        return new SymlinkNode(this.#ino(), TEMPLATE_TIME, template.target);
      case 'file':
        return new FileNode(this.#ino(), TEMPLATE_TIME, this.budget, template.bytes);
      case 'device':
        return new DeviceNode(this.#ino(), TEMPLATE_TIME, this.budget, template.device);
    }
  }

  #ino(): number {
    const ino = this.#nextIno;
    this.#nextIno += 1;
    return ino;
  }
}
