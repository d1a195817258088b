import { FaasmError, isFaasmError } from './core/errors.ts';
import type { FunctionDocument, FunctionSettings } from './core/function-document.ts';
import { checkCeilings, parseSettings, patchSettings } from './core/function-settings.ts';
import type { Limits } from './core/limits.ts';
import { checkName, type FunctionRef, refName } from './core/names.ts';
import type { FunctionAdmin, FunctionStore, SettingsChange, UploadReceipt, UploadSettings } from './core/ports.ts';
import { Turns } from './core/turns.ts';
import { checkVersion } from './core/version-id.ts';
import type { FunctionCatalogue } from './function-catalogue.ts';
import { codeHash } from './stores/code-hash.ts';

export interface FunctionAdministrationOptions {
  readonly store: FunctionStore;
  readonly catalogue: FunctionCatalogue;
  /** What a function's own settings may ask for at most. */
  readonly ceilings: Limits;
  /** Functions that one user may store. */
  readonly userFunctions: number;
  /** Versions kept of each function. */
  readonly versionsKept: number;
  /** Told what has become of a function or a version of it, for the log. */
  readonly event: (event: string, what: FunctionRef & { readonly version?: string }) => void;
  /** Old versions could not be removed; they are tried again with the next upload. */
  readonly notCollected: (ref: FunctionRef, error: unknown) => void;
}

/** Changes functions: in the store, and then on this host at once. Changes of one function happen one after the other. */
export class FunctionAdministration implements FunctionAdmin {
  readonly #options: FunctionAdministrationOptions;
  readonly #turns = new Turns();
  /** New functions of a user, one after the other: so they are counted right. */
  readonly #additions = new Turns();

  constructor(options: FunctionAdministrationOptions) {
    this.#options = options;
  }

  /** See Runtime.upload. */
  async upload(ref: FunctionRef, wasm: Uint8Array, settings?: UploadSettings): Promise<UploadReceipt> {
    checkRef(ref);
    const change = typeof settings === 'function' ? settings : undefined;
    const given = settings === undefined || change ? undefined : this.#checked(parseSettings(settings));
    const sha256 = codeHash(wasm);
    const { catalogue, store } = this.#options;
    const code = await catalogue.prepare(ref, sha256, wasm);
    return this.#turns.take(refName(ref), async () => {
      const kept = given ?? (await this.#settingsAfter(ref, change));
      // Checked first: what cannot run is not kept.
      catalogue.checkFit({ ...ref, settings: kept }, code);
      const document = await this.#put(ref, () => store.put(ref, wasm, sha256, kept));
      catalogue.use(document, code);
      this.#changed('uploaded', document);
      const reasons = code.artifact.unprovable;
      return { ...document, resettable: reasons.length === 0, reasons };
    });
  }

  configure(ref: FunctionRef, patch: unknown): Promise<FunctionDocument> {
    checkRef(ref);
    const { catalogue, store } = this.#options;
    return this.#turns.take(refName(ref), async () => {
      const { document: before, wasm } = await store.get(ref);
      const settings = this.#checked(patchSettings(before.settings, patch));
      const code = await catalogue.prepare(ref, before.sha256, wasm);
      catalogue.checkFit({ ...ref, settings }, code);
      const document = await store.put(ref, wasm, before.sha256, settings);
      catalogue.use(document, code);
      this.#changed('configured', document);
      return document;
    });
  }

  rollback(ref: FunctionRef, version?: string): Promise<FunctionDocument> {
    checkRef(ref);
    if (version !== undefined) checkVersion(version);
    const { catalogue, store } = this.#options;
    return this.#turns.take(refName(ref), async () => {
      const document = await store.rollback(ref, version);
      catalogue.invalidate(ref);
      this.#options.event('rolled-back', document);
      return document;
    });
  }

  async list(user?: string): Promise<readonly FunctionRef[]> {
    return this.#options.store.list(user === undefined ? undefined : checkName(user, 'user'));
  }

  async document(ref: FunctionRef, version?: string): Promise<FunctionDocument> {
    checkRef(ref);
    return this.#options.store.document(ref, version === undefined ? undefined : checkVersion(version));
  }

  async versions(ref: FunctionRef): ReturnType<FunctionAdmin['versions']> {
    checkRef(ref);
    return this.#options.store.versions(ref);
  }

  async code(ref: FunctionRef, version?: string): ReturnType<FunctionAdmin['code']> {
    checkRef(ref);
    return this.#options.store.get(ref, version === undefined ? undefined : checkVersion(version));
  }

  async removeVersion(ref: FunctionRef, version: string): Promise<void> {
    checkRef(ref);
    checkVersion(version);
    await this.#turns.take(refName(ref), () => this.#options.store.removeVersion(ref, version));
    this.#options.event('version-removed', { ...ref, version });
  }

  async remove(ref: FunctionRef): Promise<void> {
    checkRef(ref);
    const removed = await this.#turns.take(refName(ref), async () => {
      const there = await this.#options.store.remove(ref);
      this.#options.catalogue.invalidate(ref);
      return there;
    });
    if (!removed) throw new FaasmError('FUNCTION_NOT_FOUND', `There is no function ${refName(ref)} to remove.`);
    this.#options.event('removed', ref);
  }

  async collect(ref: FunctionRef, keep?: number): Promise<readonly string[]> {
    checkRef(ref);
    return this.#turns.take(refName(ref), () => this.#options.store.collect(ref, keep ?? this.#options.versionsKept));
  }

  async #settingsAfter(ref: FunctionRef, change: SettingsChange | undefined): Promise<FunctionSettings> {
    const before = await this.#settingsOf(ref);
    return change === undefined ? before : this.#checked(parseSettings(change(before)));
  }

  async #settingsOf(ref: FunctionRef): Promise<FunctionSettings> {
    try {
      return (await this.#options.store.document(ref)).settings;
    } catch (error) {
      const { code } = error as { code?: unknown };
      // A document that cannot be read is repaired by the upload, with settings as for a new function.
      if (isFaasmError(error) && (code === 'FUNCTION_NOT_FOUND' || code === 'STORE_CORRUPT')) return {};
      throw error;
    }
  }

  #checked(settings: FunctionSettings): FunctionSettings {
    checkCeilings(settings, this.#options.ceilings);
    return settings;
  }

  /** Stores a version; of a function that is new only where its user may have another one. */
  async #put(ref: FunctionRef, put: () => Promise<FunctionDocument>): Promise<FunctionDocument> {
    const { store, userFunctions } = this.#options;
    if ((await store.current(ref)) !== undefined) return put();
    return this.#additions.take(ref.user, async () => {
      const { length } = await store.list(ref.user);
      if (length < userFunctions) return put();
      throw new FaasmError(
        'STORE_FULL',
        `User ${ref.user} has ${length} functions, as many as one may have here (FAASM_USER_FUNCTIONS): remove some.`,
      );
    });
  }

  #changed(event: string, document: FunctionDocument): void {
    this.#options.event(event, document);
    this.collect(document).catch((error: unknown) => this.#options.notCollected(document, error));
  }
}

function checkRef(ref: FunctionRef): void {
  checkName(ref.user, 'user');
  checkName(ref.function, 'function');
}
