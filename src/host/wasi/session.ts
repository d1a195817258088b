import type { HostContext } from '../context.ts';
import { type Pace, paceOf } from '../pace.ts';
import { FileBudget } from './budget.ts';
import { DescriptorTable, STREAMS } from './descriptor.ts';
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

/** What a call has used of its file limits, at the time when it used the most. */
export interface FileUse {
  /** Contents of private files. */
  readonly peakBytes: number;
  /** Open descriptors: standard streams and the root, which are open from the start, included. */
  readonly peakOpen: number;
}

/** Of a call that has asked for nothing that involves a descriptor. */
const UNUSED: FileUse = { peakBytes: 0, peakOpen: STREAMS + 1 };

/** What the call with these slots (see HostContext) has used. */
export function fileUse(slots: ReadonlyMap<symbol, unknown>): FileUse {
  const session = slots.get(SESSION) as Session | undefined;
  if (session === undefined) return UNUSED;
  return { peakBytes: session.tree.budget.peakBytes, peakOpen: session.descriptors.peak };
}

/** The WASI side of a call, made when it first asks for anything that involves a descriptor. */
export function sessionOf(context: HostContext): Session {
  return context.slot(SESSION, () => makeSession(context));
}

/** Opens a session on another tree than the call's; only before the call's first use of WASI. */
export function openSession(context: HostContext, template: TemplateDirectory): Session {
  return context.slot(SESSION, () => makeSession(context, template));
}

function makeSession(context: HostContext, template: TemplateDirectory = context.root): Session {
  const descriptors = new DescriptorTable(context);
  const budget = new FileBudget(context);
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
