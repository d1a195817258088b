import type { HostContext } from '../context.ts';
import { type Pace, paceOf } from '../pace.ts';
import { FileBudget } from './budget.ts';
import { DescriptorTable } from './descriptor.ts';
import { FileTree } from './file-tree.ts';
import { SHARED_ROOT, SharedTree } from './shared-tree.ts';
import type { TemplateDirectory } from './template.ts';
import { DIRECTORY_RIGHTS, FILE_RIGHTS } from './types.ts';

const ROOT_NAME = new TextEncoder().encode('/');

/** What WASI keeps for one call. */
export interface Session {
  readonly descriptors: DescriptorTable;
  readonly tree: FileTree;
  readonly pace: Pace;
}

const SESSION = Symbol('wasi session');

/** The WASI side of a call, made when it first asks for anything that involves a descriptor. */
export function sessionOf(context: HostContext): Session {
  return context.slot(SESSION, () => makeSession(context));
}

/** Opens a session on another tree than the call's; only before the call's first use of WASI. */
export function openSession(context: HostContext, template: TemplateDirectory): Session {
  return context.slot(SESSION, () => makeSession(context, template));
}

function makeSession(context: HostContext, template: TemplateDirectory = context.root): Session {
  const { fileBytes, openFiles } = context.limits;
  const descriptors = new DescriptorTable(openFiles);
  const budget = new FileBudget(fileBytes, (bytes) => context.keep(bytes));
  let shared: SharedTree | undefined;
  const tree: FileTree = new FileTree(budget, template, (name) => {
    if (name !== SHARED_ROOT) return undefined;
    shared ??= new SharedTree(context, budget, tree.root);
    return shared.root;
  });
  const inheriting = DIRECTORY_RIGHTS | FILE_RIGHTS;
  descriptors.open({
    kind: 'directory',
    node: tree.root,
    preopen: ROOT_NAME,
    flags: 0,
    rights: DIRECTORY_RIGHTS,
    inheriting,
  });
  return { descriptors, tree, pace: paceOf(context) };
}
