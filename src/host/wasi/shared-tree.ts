import { type ErrorCode, type ErrorRecord, FaasmError } from '../../core/errors.ts';
import type { FileAnswer, FileName, FileRequest, Found } from '../../core/shared-file.ts';
import { realtimeNs } from '../clock.ts';
import type { HostContext, MaybePromise } from '../context.ts';
import { paceOf } from '../pace.ts';
import { refuse, writeLine } from '../refuse.ts';
import type { FileBudget } from './budget.ts';
import type { DirectoryNode, LookupPurpose, TreeNode } from './directory-node.ts';
import { type ErrnoName, errnoOf, fail } from './errno.ts';
import { FileWait, type WaitSource } from './file-wait.ts';
import { noteLimit } from './limit-note.ts';
import { SharedDirectory, type SharedView } from './shared-directory.ts';
import { SharedFile, type SharedFileOwner } from './shared-file.ts';
import { checkPath, nameBytes, namesBytes } from './shared-names.ts';
import { FILE_RIGHTS, FILETYPE, RIGHT } from './types.ts';

/** Name of the shared files in the root: programs open `faasm://dir/file`, and C libraries pass that on as it is. */
export const SHARED_ROOT = 'faasm:';

/** Directories that a call may make. */
const MADE_MAX = 10_000;

/** What a program is told of errors; all others are EIO. */
const ERRNOS: Partial<Record<ErrorCode, ErrnoName>> = {
  HOST_OVERLOADED: 'NOMEM',
  STORE_FULL: 'NOSPC',
  INVALID_NAME: 'INVAL',
  FILE_NOT_FOUND: 'NOENT',
};

/** Rights that change contents. */
const CHANGES = RIGHT.FD_WRITE | RIGHT.FD_ALLOCATE | RIGHT.FD_FILESTAT_SET_SIZE;

/**
 * The shared files of one call. What is there is asked of the host whenever a path is looked at, and files that the call
 * has open are its own view. Changes go back when a descriptor is closed or synchronised.
 */
export class SharedTree implements SharedView, SharedFileOwner, WaitSource {
  readonly root: SharedDirectory;
  readonly #context: HostContext;
  readonly #budget: FileBudget;
  readonly #time = realtimeNs();
  /** Answers to the host call under way. */
  readonly #answers = new Map<string, FileAnswer>();
  /** Files that are open, by path. */
  readonly #open = new Map<string, SharedFile>();
  /** Directories without files that this call has made. */
  readonly #made = new Set<string>();

  constructor(context: HostContext, budget: FileBudget, above: DirectoryNode) {
    this.#context = context;
    this.#budget = budget;
    this.root = new SharedDirectory(this, '', this.#time, above);
    context.files.atEnd(() => this.#unwritten());
  }

  wait({ key, request }: FileWait, again: () => void): Promise<number> {
    return this.#context.files.ask<number>(request, (answer) => {
      this.#answers.set(key, answer);
      return this.#attempt(again);
    });
  }

  find(path: string, purpose: LookupPurpose, parent: SharedDirectory): TreeNode | undefined {
    if (purpose === 'walk') return new SharedDirectory(this, path, this.#time, parent);
    checkPath(path);
    const open = this.#open.get(path);
    if (open !== undefined) return open;
    const found = this.#found(path, purpose);
    if (found.kind === 'file') return new SharedFile(this, path, this.#budget, found);
    if (found.kind === 'missing' && !this.#madeHere(path)) return undefined;
    return new SharedDirectory(this, path, this.#time, parent);
  }

  create(path: string): SharedFile {
    this.#granted('write');
    checkPath(path);
    return new SharedFile(this, path, this.#budget);
  }

  opening(file: SharedFile, changes: boolean): number {
    if (changes) this.#granted('write');
    this.#open.set(file.path, file);
    return this.#context.grants.files === 'write' ? FILE_RIGHTS : FILE_RIGHTS & ~CHANGES;
  }

  closed(file: SharedFile): void {
    if (this.#open.get(file.path) === file) this.#open.delete(file.path);
    if (file.hold !== undefined) this.#context.files.release(file.hold);
  }

  /** Writes the call's changes back, and waits for it. Fails with EIO and the like; the changes are kept then. */
  flush(file: SharedFile): void {
    if (!file.dirty || file.links === 0) return;
    const { path } = file;
    this.#ask('write', path, () => {
      this.#reserve(file);
      return { kind: 'write', path, bytes: file.copy(paceOf(this.#context)) };
    });
    file.dirty = false;
    file.own = true;
    file.stored = true;
  }

  makeDirectory(path: string): void {
    this.#granted('write');
    checkPath(path);
    if (this.#made.has(path)) return;
    if (this.#made.size >= MADE_MAX) {
      noteLimit(
        this.#context,
        'made',
        `ENOSPC: the call has made ${MADE_MAX} directories in ${SHARED_ROOT}, which is the most.`,
      );
      fail('NOSPC');
    }
    this.#keep(path, nameBytes(path));
    this.#made.add(path);
  }

  remove(path: string): void {
    this.#granted('write');
    if (this.#made.delete(path)) {
      this.#context.keep(-nameBytes(path));
      return;
    }
    const open = this.#open.get(path);
    if (open === undefined || open.stored) {
      const found = open ?? this.#found(path, 'facts');
      if ('own' in found && !found.own) fail('PERM'); // a file of the user `shared`
      this.#ask('remove', path, () => ({ kind: 'remove', path }));
    }
    if (open !== undefined) this.#detach(open);
  }

  /** Directories and files of others are not moved. */
  move(node: TreeNode, path: string, replaced: TreeNode | undefined): void {
    this.#granted('write');
    if (!(node instanceof SharedFile)) fail('XDEV'); // programs then copy file by file
    if (node.path === path) return;
    checkPath(path);
    if (replaced?.type === FILETYPE.DIRECTORY) fail('ISDIR');
    this.flush(node);
    if (!node.own) fail('PERM');
    this.#ask('move', node.path, () => {
      this.#reserve(node);
      return { kind: 'move', path: node.path, to: path, sizeBytes: node.size };
    });
    const hidden = this.#open.get(path);
    if (hidden !== undefined) this.#detach(hidden);
    if (this.#open.get(node.path) === node) {
      this.#open.delete(node.path);
      this.#open.set(path, node);
    }
    node.path = path;
  }

  holdsFiles(path: string): boolean {
    return this.#opensBelow(path) || this.#found(path, 'facts').kind !== 'missing';
  }

  names(path: string): readonly FileName[] {
    const found = this.#ask('list', path, () => ({ kind: 'list', path }));
    const names = new Map<string, boolean>();
    if (found.kind === 'directory') for (const { name, directory } of found.names ?? []) names.set(name, directory);
    const prefix = path === '' ? '' : `${path}/`;
    for (const [own, isDirectory] of this.#ownPaths()) {
      if (!own.startsWith(prefix)) continue;
      const [name = '', ...below] = own.slice(prefix.length).split('/');
      if (name !== '' && !names.has(name)) names.set(name, isDirectory || below.length > 0);
    }
    const listed = [...names].map(([name, directory]) => ({ name, directory }));
    this.#keep(path, namesBytes(listed));
    return listed;
  }

  forget(names: readonly FileName[]): void {
    this.#context.keep(-namesBytes(names));
  }

  /** Does a host call, again and again while it needs to know more. */
  #attempt(work: () => void): MaybePromise<number> {
    let errno = 0;
    try {
      work();
    } catch (thrown) {
      if (thrown instanceof FileWait) return this.wait(thrown, work);
      this.#settle();
      errno = errnoOf(thrown);
    }
    this.#settle();
    return errno;
  }

  /** The host call is over: forgets its answers, and gives back contents that it did not open. */
  #settle(): void {
    const used = new Set([...this.#open.values()].map(({ hold }) => hold));
    for (const answer of this.#answers.values()) {
      const hold = 'found' in answer && answer.found.kind === 'file' ? answer.found.contents?.hold : undefined;
      if (hold !== undefined && !used.has(hold)) this.#context.files.release(hold);
    }
    this.#answers.clear();
  }

  #found(path: string, purpose: LookupPurpose): Found {
    const read = this.#answers.has(keyOf('read', path)) || purpose === 'contents';
    const kind = read ? 'read' : 'find';
    return this.#ask(kind, path, () => ({ kind, path }));
  }

  /** The answer to a request, once it is there. Fails as the answer says. */
  #ask(kind: FileRequest['kind'], path: string, request: () => FileRequest): Found {
    this.#granted('read');
    const key = keyOf(kind, path);
    const answer = this.#answers.get(key);
    if (answer === undefined) throw new FileWait(this, key, request());
    return 'error' in answer ? this.#failed(path, answer.error) : answer.found;
  }

  /** Counts names as kept for the call. Fails with ENOMEM. */
  #keep(path: string, bytes: number): void {
    if (!this.#context.keep(bytes)) this.#roomless(path, `${bytes} bytes of names`);
  }

  /** Counts the copy that a request is about to take along. Fails with ENOMEM. */
  #reserve({ path, size }: SharedFile): void {
    if (!this.#context.files.reserve(size)) this.#roomless(path, `a copy of its ${size} bytes`);
  }

  #roomless(path: string, what: string): never {
    const message = `there is no memory left for ${what}, of the host or of its user's share.`;
    return this.#failed(path, { code: 'HOST_OVERLOADED', message });
  }

  #failed(path: string, { code, message }: ErrorRecord): never {
    const errno = ERRNOS[code];
    if (errno !== 'NOENT' && errno !== 'INVAL') writeLine(this.#context, `faasm://${path}: ${code}: ${message}`);
    return fail(errno ?? 'IO');
  }

  #granted(use: 'read' | 'write'): void {
    const { files } = this.#context.grants;
    if (files === 'write' || (use === 'read' && files === 'read')) return;
    const may = files === 'read' ? 'only read shared files' : 'use no shared files';
    refuse(this.#context, `The function may ${may}: its document has grants.files = ${files}.`);
  }

  /** The path does not name the file any more; who has it open keeps it. */
  #detach(file: SharedFile): void {
    this.#open.delete(file.path);
    file.links = 0;
  }

  #madeHere(path: string): boolean {
    return this.#made.has(path) || this.#opensBelow(path);
  }

  #opensBelow(path: string): boolean {
    const prefix = `${path}/`;
    for (const [own] of this.#ownPaths()) if (own.startsWith(prefix)) return true;
    return false;
  }

  /** What is there for this call, if for nobody else. */
  *#ownPaths(): Iterable<readonly [path: string, directory: boolean]> {
    for (const path of this.#open.keys()) yield [path, false];
    for (const path of this.#made) yield [path, true];
  }

  #unwritten(): readonly FileRequest[] {
    const dirty = [...this.#open.values()].filter((file) => file.dirty);
    return dirty.map((file) => {
      const { path, size } = file;
      if (this.#context.files.reserve(size)) return { kind: 'write', path, bytes: file.copy() };
      const what = `memory left to write the ${size} bytes of faasm://${path} back, of the host or of its user's share`;
      throw new FaasmError('HOST_OVERLOADED', `There is no ${what}.`);
    });
  }
}

function keyOf(kind: FileRequest['kind'], path: string): string {
  return `${kind} ${path}`;
}
