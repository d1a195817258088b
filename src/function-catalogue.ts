import { FaasmError, isFaasmError } from './core/errors.ts';
import type { FunctionDocument, StoredFunction } from './core/function-document.ts';
import { checkName, type FunctionRef, refName } from './core/names.ts';
import type { FunctionStore } from './core/ports.ts';
import { checkVersion } from './core/version-id.ts';
import { functionSpec, type HostRules, type PreparedCode, prepareCode } from './function-preparation.ts';
import { type FunctionState, functionState } from './scheduler/function-state.ts';
import type { Tenants } from './scheduler/tenants.ts';

/** Versions of one function, other than the current one, that are kept loaded because calls asked for them. */
const PINNED_MAX = 4;
/** Names that are remembered as those of no function. */
const MISSING_MAX = 10_000;
/** For a version that is only looked at. */
const NO_BUDGET = new SharedArrayBuffer(0);
/** How long a call waits for the store to say whether what is loaded is up to date. */
const CHECK_WAIT_MS = 1000;

export interface FunctionCatalogueOptions extends HostRules {
  readonly store: FunctionStore;
  readonly tenants: Tenants;
  /** What another host changes in the store is noticed at most this long after it. */
  readonly refreshMs: number;
  /** Functions kept loaded; the least recently used ones make room. */
  readonly loadedMax: number;
  /** Told every version that new calls will not get any more. */
  readonly retired: (fn: FunctionState) => void;
  /** The store could not be asked; what is loaded goes on serving. */
  readonly stale: (ref: FunctionRef, error: unknown) => void;
}

/** A function of which a version is, or was, loaded. */
interface Entry {
  readonly ref: FunctionRef;
  /** The version that calls get. */
  fn: FunctionState | undefined;
  readonly pinned: Map<string, FunctionState>;
  /** When the store last confirmed `fn`. */
  checkedAt: number;
  usedAt: number;
  /** Changes made on this host: what was read from the store before one is out of date. */
  changes: number;
  checking: Promise<void> | undefined;
}

/**
 * Functions of this host, ready to run, in front of the store: loaded and compiled at their first call, kept up to date
 * with what other hosts change. When the store cannot be asked, what is loaded goes on.
 */
export class FunctionCatalogue {
  readonly #options: FunctionCatalogueOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #missing = new Map<string, number>();
  readonly #byHandle = new Map<number, FunctionState>();
  readonly #loadingPinned = new Map<string, Promise<FunctionState>>();
  #nextHandle = 1;

  constructor(options: FunctionCatalogueOptions) {
    this.#options = options;
  }

  /**
   * The version that a call gets. At once where that is known, else waits for the store.
   * Throws `FUNCTION_NOT_FOUND`, `VERSION_NOT_FOUND`, `INVALID_NAME`, `STORE_*`, `MODULE_*`.
   */
  find(ref: FunctionRef, version?: string): FunctionState | Promise<FunctionState> {
    if (version !== undefined) return this.#findVersion(ref, checkVersion(version));
    const entry = this.#entries.get(refName(ref));
    if (entry?.fn === undefined) return this.#load(ref);
    const now = Date.now();
    entry.usedAt = now;
    const age = now - entry.checkedAt;
    // Asked for ahead of time, so that calls of a busy function never wait for the store.
    if (age > this.#options.refreshMs / 2) {
      const checked = this.#check(entry);
      if (age > this.#options.refreshMs) return this.#checkedInTime(entry, checked);
    }
    return entry.fn;
  }

  /** The version with this handle, retired or not. */
  byHandle(handle: number): FunctionState | undefined {
    return this.#byHandle.get(handle);
  }

  /** Forgets a retired version that nothing uses any more. */
  drop(handle: number): void {
    this.#byHandle.delete(handle);
  }

  /** Code that is loaded already is not compiled again. Throws `MODULE_*`. */
  async prepare(ref: FunctionRef, sha256: string, wasm: Uint8Array): Promise<PreparedCode> {
    const loaded = this.#entries.get(refName(ref))?.fn?.code;
    return loaded?.sha256 === sha256 ? loaded : prepareCode(sha256, wasm);
  }

  /** Throws what makes a version unfit to run, before it is stored. */
  checkFit(document: Pick<FunctionDocument, 'user' | 'function' | 'settings'>, code: PreparedCode): void {
    functionSpec({ ...document, version: '' }, code, { ...this.#options, handle: 0, userBudget: NO_BUDGET });
  }

  /** Calls get this version from now on: it has just become the current one, by this host's doing. */
  use(document: FunctionDocument, code: PreparedCode): FunctionState {
    const entry = this.#entry(document);
    entry.changes += 1;
    return this.#install(entry, document, code);
  }

  /** What is loaded of a function is out of date by this host's doing: the next call asks the store. */
  invalidate(ref: FunctionRef): void {
    const entry = this.#entries.get(refName(ref));
    if (entry !== undefined) this.#forget(entry);
  }

  /** Unloads everything. Calls under way go on. */
  flush(): void {
    for (const entry of this.#entries.values()) this.#forget(entry);
    this.#missing.clear();
  }

  async #load(ref: FunctionRef): Promise<FunctionState> {
    checkName(ref.user, 'user');
    checkName(ref.function, 'function');
    if ((this.#missing.get(refName(ref)) ?? 0) > Date.now()) throw notFound(ref);
    for (;;) {
      const entry = this.#entry(ref);
      try {
        entry.checking ??= this.#refresh(entry);
        await entry.checking;
      } catch (error) {
        if (entry.fn === undefined) this.#forget(entry);
        throw error;
      }
      // Where this host has changed the function while it was read, it is read again.
      if (entry.fn !== undefined) return entry.fn;
    }
  }

  /** A store that answers slowly must not stop calls of what is loaded. */
  async #checkedInTime(entry: Entry, checked: Promise<void>): Promise<FunctionState> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        entry.checkedAt = Date.now();
        resolve();
      }, CHECK_WAIT_MS);
    });
    await Promise.race([checked, late]);
    clearTimeout(timer);
    return entry.fn ?? this.#load(entry.ref);
  }

  /** Asks the store in the background, once for all calls that come meanwhile. Never rejects. */
  #check(entry: Entry): Promise<void> {
    entry.checking ??= this.#refresh(entry).catch((error: unknown) => {
      if (isFaasmError(error) && error.code === 'FUNCTION_NOT_FOUND') return;
      // Not asked again for a while: a store that is away must not slow every call down.
      entry.checkedAt = Date.now();
      this.#options.stale(entry.ref, error);
    });
    return entry.checking;
  }

  /** Makes `entry` what the store says, unless this host changes it meanwhile. */
  async #refresh(entry: Entry): Promise<void> {
    const { changes, ref } = entry;
    const askedAt = Date.now();
    try {
      const current = await this.#options.store.current(ref);
      if (entry.changes !== changes) return;
      if (current === undefined) {
        this.#forget(entry);
        this.#remember(refName(ref), askedAt);
        throw notFound(ref);
      }
      entry.checkedAt = askedAt;
      if (entry.fn?.spec.version === current) return;
      const stored = await this.#options.store.get(ref, current);
      const code = await this.prepare(ref, stored.document.sha256, stored.wasm);
      if (entry.changes === changes) this.#install(entry, stored.document, code);
    } finally {
      entry.checking = undefined;
    }
  }

  #install(entry: Entry, document: FunctionDocument, code: PreparedCode): FunctionState {
    const before = entry.fn;
    const fn = this.#state(document, code);
    entry.fn = fn;
    entry.checkedAt = Date.now();
    entry.usedAt = entry.checkedAt;
    if (before !== undefined) this.#retire(before);
    this.#makeRoom();
    return fn;
  }

  #findVersion(ref: FunctionRef, version: string): FunctionState | Promise<FunctionState> {
    const entry = this.#entries.get(refName(ref));
    if (entry?.fn?.spec.version === version) return this.find(ref);
    const pinned = entry?.pinned.get(version);
    if (pinned !== undefined) return pinned;
    const name = `${refName(ref)}@${version}`;
    const loading = this.#loadingPinned.get(name) ?? this.#loadVersion(ref, version);
    this.#loadingPinned.set(name, loading);
    return loading.finally(() => this.#loadingPinned.delete(name));
  }

  async #loadVersion(ref: FunctionRef, version: string): Promise<FunctionState> {
    checkName(ref.user, 'user');
    checkName(ref.function, 'function');
    const { document, wasm }: StoredFunction = await this.#options.store.get(ref, version);
    const entry = this.#entry(ref);
    const known = entry.pinned.get(document.version);
    if (entry.fn?.spec.version === document.version) return entry.fn;
    if (known !== undefined) return known;
    const fn = this.#state(document, await this.prepare(ref, document.sha256, wasm));
    entry.pinned.set(document.version, fn);
    if (entry.pinned.size > PINNED_MAX) this.#unpin(entry);
    return fn;
  }

  /** The oldest goes; a call that asks for it loads it again. */
  #unpin(entry: Entry): void {
    for (const [version, fn] of entry.pinned) {
      entry.pinned.delete(version);
      this.#retire(fn);
      return;
    }
  }

  #state(document: FunctionDocument, code: PreparedCode): FunctionState {
    const { tenants } = this.#options;
    const tenant = tenants.of(document.user);
    const options = { ...this.#options, handle: this.#nextHandle, userBudget: tenant.budget.buffer };
    const fn = functionState(functionSpec(document, code, options), code, document, tenant);
    this.#nextHandle += 1;
    this.#byHandle.set(fn.spec.handle, fn);
    return fn;
  }

  #entry(ref: FunctionRef): Entry {
    const name = refName(ref);
    this.#missing.delete(name);
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    const entry: Entry = {
      ref: { user: ref.user, function: ref.function },
      fn: undefined,
      pinned: new Map(),
      checkedAt: 0,
      usedAt: Date.now(),
      changes: 0,
      checking: undefined,
    };
    this.#entries.set(name, entry);
    return entry;
  }

  #remember(name: string, now: number): void {
    if (this.#missing.size >= MISSING_MAX) this.#missing.clear();
    this.#missing.set(name, now + this.#options.refreshMs);
  }

  #forget(entry: Entry): void {
    entry.changes += 1;
    if (this.#entries.get(refName(entry.ref)) === entry) this.#entries.delete(refName(entry.ref));
    const loaded = [...entry.pinned.values(), ...(entry.fn === undefined ? [] : [entry.fn])];
    entry.pinned.clear();
    entry.fn = undefined;
    for (const fn of loaded) this.#retire(fn);
  }

  #makeRoom(): void {
    if (this.#entries.size <= this.#options.loadedMax) return;
    const idle = [...this.#entries.values()].filter(({ fn }) => fn !== undefined && fn.active === 0);
    const [oldest] = idle.sort((a, b) => a.usedAt - b.usedAt);
    if (oldest !== undefined) this.#forget(oldest);
  }

  #retire(fn: FunctionState): void {
    fn.retired = true;
    this.#options.retired(fn);
  }
}

function notFound(ref: FunctionRef): FaasmError {
  const name = refName(ref);
  return new FaasmError('FUNCTION_NOT_FOUND', `No function ${name}: upload it first (PUT /f/${name}).`);
}
