import { ERRNO as E } from '../../../src/host/wasi/errno.ts';
import type { TemplateDirectory } from '../../../src/host/wasi/template.ts';

/** A file, directory or symbolic link of the model. */
export type ModelNode = ModelFile | ModelDirectory | ModelLink;

export interface ModelFile {
  readonly kind: 'file';
  bytes: number[];
  links: number;
}

export interface ModelDirectory {
  readonly kind: 'directory';
  readonly entries: Map<string, ModelNode>;
  parent: ModelDirectory;
  /** Taken out of the tree; it may still be open. */
  removed: boolean;
}

export interface ModelLink {
  readonly kind: 'link';
  readonly target: string;
  links: number;
}

/** Where a path leads; `node` is missing when nothing has the last name. */
interface Place {
  readonly directory: ModelDirectory;
  readonly name: string;
  readonly node: ModelNode | undefined;
  readonly slash: boolean;
}

/** Ends an operation of the model with an error number. */
class ModelError {
  readonly errno: number;

  constructor(errno: number) {
    this.errno = errno;
  }
}

const LINKS_MAX = 32;

/**
 * Files as POSIX and WASI describe them, as simply as possible: nothing is lazy, shared, limited or fast. Every operation
 * answers an error number, or what it is asked for.
 */
export class ModelFiles {
  readonly root: ModelDirectory = directory();

  constructor(template: TemplateDirectory) {
    fill(this.root, template);
  }

  /** Opens; answers the file or directory. */
  open(base: ModelDirectory, path: string, how: OpenHow): ModelFile | ModelDirectory | number {
    return attempt(() => {
      if (how.create && how.directory) refuse(E.INVAL);
      const exclusive = how.create && how.exclusive;
      const { node, directory: parent, name, slash } = this.#find(base, path, how.follow && !exclusive);
      if (node !== undefined && exclusive) refuse(E.EXIST);
      if (node === undefined) {
        if (!how.create) refuse(E.NOENT);
        if (slash) refuse(E.ISDIR);
        return add(parent, name, { kind: 'file', bytes: [], links: 0 });
      }
      if (node.kind === 'link') return refuse(E.LOOP);
      if (node.kind !== 'directory' && how.directory) refuse(E.NOTDIR);
      if (node.kind === 'directory' && (how.create || how.truncate || how.write)) refuse(E.ISDIR);
      if (node.kind === 'file' && how.truncate) node.bytes = [];
      return node;
    });
  }

  mkdir(base: ModelDirectory, path: string): number {
    return errno(() => {
      const place = this.#find(base, path.replace(/(?<=[^/])\/+$/, ''), false);
      if (place.node !== undefined) refuse(E.EXIST);
      add(place.directory, place.name, directory(place.directory));
    });
  }

  rmdir(base: ModelDirectory, path: string): number {
    return errno(() => {
      const { node, name, directory: parent } = this.#existing(base, path, false);
      if (node.kind !== 'directory') refuse(E.NOTDIR);
      if (name === '.') refuse(E.INVAL);
      if (name === '..' || node.entries.size > 0) refuse(E.NOTEMPTY);
      take(parent, name);
      node.removed = true;
    });
  }

  unlink(base: ModelDirectory, path: string): number {
    return errno(() => {
      const { node, name, directory: parent } = this.#existing(base, path, false);
      if (node.kind === 'directory') refuse(E.ISDIR);
      take(parent, name);
    });
  }

  symlink(base: ModelDirectory, target: string, path: string): number {
    return errno(() => {
      const place = this.#find(base, path, false);
      if (place.node !== undefined) refuse(E.EXIST);
      if (place.slash) refuse(E.NOENT);
      add(place.directory, place.name, { kind: 'link', target, links: 0 });
    });
  }

  link(oldBase: ModelDirectory, oldPath: string, newBase: ModelDirectory, newPath: string): number {
    return errno(() => {
      const source = this.#find(oldBase, oldPath, false);
      const target = this.#find(newBase, newPath, false);
      if (source.node === undefined) return refuse(E.NOENT);
      if (source.node.kind === 'directory') refuse(E.PERM);
      if (target.node !== undefined) refuse(E.EXIST);
      if (target.slash) refuse(E.NOENT);
      add(target.directory, target.name, source.node);
    });
  }

  rename(oldBase: ModelDirectory, oldPath: string, newBase: ModelDirectory, newPath: string): number {
    return errno(() => {
      const source = this.#find(oldBase, oldPath, false);
      const target = this.#find(newBase, newPath, false);
      const { node } = source;
      if (node === undefined) return refuse(E.NOENT);
      if ([source.name, target.name].some((name) => name === '.' || name === '..')) refuse(E.BUSY);
      if (target.directory.removed) refuse(E.NOENT);
      if (node.kind === 'directory' && isInside(target.directory, node)) refuse(E.INVAL);
      if (node.kind !== 'directory' && target.slash) refuse(E.NOTDIR);
      const old = target.node;
      if (old === node) return;
      if (old !== undefined) {
        if (node.kind === 'directory' && old.kind !== 'directory') refuse(E.NOTDIR);
        if (node.kind !== 'directory' && old.kind === 'directory') refuse(E.ISDIR);
        if (old.kind === 'directory') {
          if (old.entries.size > 0) refuse(E.NOTEMPTY);
          old.removed = true;
        }
        take(target.directory, target.name);
      }
      take(source.directory, source.name);
      add(target.directory, target.name, node);
    });
  }

  readlink(base: ModelDirectory, path: string): string | number {
    return attempt(() => {
      const { node } = this.#existing(base, path, path.endsWith('/'));
      return node.kind === 'link' ? node.target : refuse(E.INVAL);
    });
  }

  /** The node that `path` leads to. */
  stat(base: ModelDirectory, path: string, follow: boolean): ModelNode | number {
    return attempt(() => this.#existing(base, path, follow || path.endsWith('/')).node);
  }

  /** The error number for a path that leads nowhere: not even to a place for something new. */
  probe(base: ModelDirectory, path: string): number | undefined {
    const found = attempt(() => this.#find(base, path, false));
    return typeof found === 'number' ? found : undefined;
  }

  #existing(base: ModelDirectory, path: string, follow: boolean): Place & { readonly node: ModelNode } {
    const place = this.#find(base, path, follow);
    return place.node === undefined ? refuse(E.NOENT) : { ...place, node: place.node };
  }

  /** Walks a path below `base`; `follow`: a link at its end, too. */
  #find(base: ModelDirectory, path: string, follow: boolean): Place {
    return this.#walk([base], path, follow, { links: 0 });
  }

  /** `stack`: the folders from the base to where the walk is. */
  #walk(stack: ModelDirectory[], path: string, follow: boolean, count: { links: number }): Place {
    if (path.startsWith('/')) refuse(E.NOTCAPABLE);
    const slash = path.endsWith('/');
    const names = path.split('/').filter((name) => name !== '');
    const last = names.pop() as string;
    for (const name of names) this.#enter(stack, name, count);
    const here = stack.at(-1) as ModelDirectory;
    if (last === '.' || last === '..') {
      this.#enter(stack, last, count);
      return { directory: here, name: last, node: stack.at(-1), slash };
    }
    if (Buffer.byteLength(last) > 255) refuse(E.NAMETOOLONG);
    const node = here.entries.get(last);
    if (node?.kind === 'link' && follow) {
      count.links += 1;
      if (count.links > LINKS_MAX) refuse(E.LOOP);
      const place = this.#walk(stack, node.target, true, count);
      if (slash && place.node !== undefined && place.node.kind !== 'directory') refuse(E.NOTDIR);
      return { ...place, slash: slash || place.slash };
    }
    if (slash && node !== undefined && node.kind !== 'directory') refuse(E.NOTDIR);
    return { directory: here, name: last, node, slash };
  }

  /** Goes from the end of `stack` into `name`, whatever links that takes. */
  #enter(stack: ModelDirectory[], name: string, count: { links: number }): void {
    if (name === '.') return;
    if (name === '..') {
      if (stack.length === 1) refuse(E.NOTCAPABLE);
      stack.pop();
      return;
    }
    if (Buffer.byteLength(name) > 255) refuse(E.NAMETOOLONG);
    const node = stack.at(-1)?.entries.get(name);
    if (node === undefined) return refuse(E.NOENT);
    if (node.kind === 'file') return refuse(E.NOTDIR);
    if (node.kind === 'directory') {
      stack.push(node);
      return;
    }
    count.links += 1;
    if (count.links > LINKS_MAX) refuse(E.LOOP);
    if (node.target.startsWith('/')) refuse(E.NOTCAPABLE);
    for (const part of node.target.split('/').filter((each) => each !== '')) this.#enter(stack, part, count);
  }
}

/** How {@link ModelFiles.open} opens. */
export interface OpenHow {
  readonly create: boolean;
  readonly exclusive: boolean;
  readonly directory: boolean;
  readonly truncate: boolean;
  readonly follow: boolean;
  /** Whether the right to write is asked for. */
  readonly write: boolean;
}

function directory(parent?: ModelDirectory): ModelDirectory {
  const made: Omit<ModelDirectory, 'parent'> = { kind: 'directory', entries: new Map(), removed: false };
  const node = made as ModelDirectory;
  node.parent = parent ?? node;
  return node;
}

function fill(folder: ModelDirectory, template: TemplateDirectory): void {
  for (const [name, entry] of template.entries) {
    if (entry.kind === 'directory') fill(add(folder, name, directory(folder)), entry);
    else if (entry.kind === 'link') add(folder, name, { kind: 'link', target: entry.target, links: 0 });
    // No call of the fuzzer names a device.
    else add(folder, name, { kind: 'file', bytes: entry.kind === 'file' ? [...entry.bytes] : [], links: 0 });
  }
}

function add<T extends ModelNode>(parent: ModelDirectory, name: string, node: T): T {
  if (parent.removed) refuse(E.NOENT);
  parent.entries.set(name, node);
  if (node.kind === 'directory') node.parent = parent;
  else node.links += 1;
  return node;
}

function take(parent: ModelDirectory, name: string): void {
  const node = parent.entries.get(name);
  parent.entries.delete(name);
  if (node !== undefined && node.kind !== 'directory') node.links -= 1;
}

function isInside(folder: ModelDirectory, other: ModelDirectory): boolean {
  for (let at = folder; ; at = at.parent) {
    if (at === other) return true;
    if (at === at.parent) return false;
  }
}

function refuse(number: number): never {
  throw new ModelError(number);
}

function attempt<T>(work: () => T): T | number {
  try {
    return work();
  } catch (error) {
    if (error instanceof ModelError) return error.errno;
    throw error;
  }
}

function errno(work: () => void): number {
  return attempt(() => {
    work();
    return E.SUCCESS;
  });
}
