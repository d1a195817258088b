import type { HostContext } from '../context.ts';
import type { DirectoryNode, LookupPurpose, TreeNode } from './directory-node.ts';
import { fail } from './errno.ts';
import { FILETYPE } from './types.ts';

/** Longest path and longest name, in bytes, as in Linux. */
const PATH_MAX = 4096;
const NAME_MAX = 255;
/** Symbolic links followed for one path. */
const LINKS_MAX = 32;

const encoder = new TextEncoder();
/** Strict, and a byte order mark is part of a name. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Where a path leads. */
export interface Resolved {
  /** The directory that holds, or would hold, the last name. */
  readonly parent: DirectoryNode;
  /** The last name; `.` or `..` when the path ends in one of them, and then `node` is that directory. */
  readonly name: string;
  /** What is there. A symbolic link only when links at the end are not followed. */
  readonly node: TreeNode | undefined;
  /** The path ends in a slash: whatever is or will be there has to be a directory. */
  readonly slash: boolean;
}

/** Reads a path argument. Fails with ENAMETOOLONG, EILSEQ (not UTF-8), EINVAL (NUL), ENOENT (empty). */
export function readPath(context: HostContext, address: number, length: number): string {
  if (length >>> 0 > PATH_MAX) fail('NAMETOOLONG');
  const path = decode(context.memory.slice(address, length));
  if (path.includes('\0')) fail('INVAL');
  if (path === '') fail('NOENT');
  return path;
}

/**
 * Walks `path` from `base`. Never leaves `base`: absolute paths, too many `..` and links that lead out fail with
 * ENOTCAPABLE, as WASI's capability model asks for. `follow`: also follow a symbolic link at the end of the path.
 * Fails with ENOENT and ENOTDIR for what is missing before the last name, ELOOP, ENAMETOOLONG, and with ENOTDIR for
 * something else than a directory in front of a slash at the end. `purpose`: what the last name is looked up for.
 */
export function resolve(
  base: DirectoryNode,
  path: string,
  follow: boolean,
  purpose: LookupPurpose = 'facts',
): Resolved {
  const stack = [base];
  let slash = path.endsWith('/');
  let links = 0;
  /** Names still to walk, the next one last. */
  const pending = split(path);
  let current = base;
  for (;;) {
    const name = pending.pop() ?? '.';
    const last = pending.length === 0;
    if (name === '..') {
      if (stack.length === 1) fail('NOTCAPABLE');
      stack.pop();
      current = stack.at(-1) ?? base;
    }
    if (name === '.' || name === '..') {
      if (last) return { parent: stack.at(-2) ?? current, name, node: current, slash };
      continue;
    }
    if (name.length > NAME_MAX || (name.length > NAME_MAX / 3 && encoder.encode(name).length > NAME_MAX)) {
      fail('NAMETOOLONG');
    }
    const node = current.lookup(name, last ? purpose : 'walk');
    if (node?.type === FILETYPE.SYMBOLIC_LINK && (follow || !last)) {
      links += 1;
      if (links > LINKS_MAX) fail('LOOP');
      if (last && node.target.endsWith('/')) slash = true;
      pending.push(...split(node.target));
      continue;
    }
    if (last) {
      if (slash && node && node.type !== FILETYPE.DIRECTORY) fail('NOTDIR');
      return { parent: current, name, node, slash };
    }
    if (!node) fail('NOENT');
    if (node.type !== FILETYPE.DIRECTORY) fail('NOTDIR');
    stack.push(node);
    current = node;
  }
}

/** The names of a relative path, last one first. Fails with ENOTCAPABLE for an absolute path. */
function split(path: string): string[] {
  if (path.startsWith('/')) fail('NOTCAPABLE');
  return path
    .split('/')
    .filter((name) => name !== '')
    .reverse();
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return fail('ILSEQ');
  }
}
