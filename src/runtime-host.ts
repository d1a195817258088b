import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { Budget } from './core/budget.ts';
import type { CallResult } from './core/call.ts';
import { FAASM_ENVIRONMENT } from './core/default-environment.ts';
import { FaasmError, toFaasmError } from './core/errors.ts';
import type { FunctionSettings } from './core/function-document.ts';
import type { GlobalState } from './core/global-state.ts';
import { DEFAULT_CEILINGS, DEFAULT_LIMITS, DEFAULT_USER_LIMITS, PAGE_BYTES } from './core/limits.ts';
import type { Logger } from './core/logger.ts';
import { type FunctionRef, refName } from './core/names.ts';
import { concat } from './core/output-stream.ts';
import type {
  CallFilter,
  CallRequest,
  CallStatus,
  FileStore,
  HostInfo,
  RunningCall,
  Runtime,
  StateAdmin,
  TokenStore,
  UploadReceipt,
} from './core/ports.ts';
import { SharedFiles } from './files/shared-files.ts';
import { FunctionAdministration } from './function-administration.ts';
import { FunctionCatalogue } from './function-catalogue.ts';
import { FunctionRetirement } from './function-retirement.ts';
import type { TemplateDirectory } from './host/wasi/template.ts';
import { hostBudget, userShare } from './host-budget.ts';
import { openLayer } from './layer/open-layer.ts';
import { ThreadMessages } from './runtime-messages.ts';
import type { AuditCount, RuntimeOptions } from './runtime-options.ts';
import type { RuntimeStores, StoreOptions } from './runtime-stores.ts';
import type { FunctionState } from './scheduler/function-state.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { Tenants } from './scheduler/tenants.ts';
import { type PoolThread, ThreadPool } from './scheduler/thread-pool.ts';
import { GlobalLocks } from './state/global-locks.ts';
import { LocalLocks } from './state/local-locks.ts';
import { LocalTier } from './state/local-tier.ts';
import { StateService } from './state/state-service.ts';
import { stateAdministration } from './state-administration.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import { tokenAdministration } from './token-administration.ts';

const RESULT_BYTES = 256 * 1024 * 1024;
const VALUE_LIMIT_BYTES = 4 * 1024 ** 3 - PAGE_BYTES;
const QUEUE_LIMIT = 10_000;
const RESULT_TTL_MS = 600_000;
const GRACE_MS = 30_000;
/** How often memory that has been freed is given back to the system. */
const TRIM_MS = 10_000;
/** Threads at most, as a multiple of those kept, and at least. */
const THREADS_FACTOR = 4;
const THREADS_MIN = 8;
const LOADED_FUNCTIONS = 2_000;
const VERSIONS_KEPT = 20;
const FILE_CACHE_BYTES = 1024 * 1024 * 1024;

/** What {@link HostRuntime} is set up with. */
export interface HostOptions extends RuntimeOptions {
  readonly store: StoreOptions;
  readonly refreshMs: number;
  /** What one user may have of state, here and in the global tier. */
  readonly userStateBytes: number;
  readonly logger: Logger;
}

/** What it is built on; it closes stores, global tier and telemetry. */
export interface HostParts {
  readonly stores: RuntimeStores;
  readonly global: GlobalState;
  readonly telemetry: Telemetry;
  /** The file tree that calls start from. */
  readonly root: TemplateDirectory;
}

/** One host: its threads, scheduler, local tier and functions, on the stores it is given. */
export class HostRuntime implements Runtime {
  readonly #host = randomUUID();
  readonly #startedAt = Date.now();
  readonly #budget: Budget;
  readonly #pool: ThreadPool;
  readonly #tenants: Tenants;
  readonly #scheduler: Scheduler;
  readonly #catalogue: FunctionCatalogue;
  readonly #messages: ThreadMessages;
  readonly #stores: RuntimeStores;
  readonly #global: GlobalState;
  readonly #telemetry: Telemetry;
  readonly #logger: Logger;
  readonly #retirement: FunctionRetirement;
  readonly #tier: LocalTier;
  readonly #globalLocks: GlobalLocks;
  readonly #stateService: StateService;
  readonly #files: SharedFiles;
  readonly #layer: ReturnType<typeof openLayer>;
  readonly #baseThreads: number;
  readonly #trimTimer: NodeJS.Timeout;
  #closing = false;
  #wake: (() => void)[] = [];

  readonly functions: FunctionAdministration;
  readonly files: FileStore;
  readonly tokens: TokenStore;
  readonly state: StateAdmin;

  constructor(options: HostOptions, parts: HostParts) {
    const opened = openLayer(options.layer ?? 'auto');
    const { layer } = opened;
    this.#layer = opened;
    const { stores, telemetry } = parts;
    const global = options.globalState ?? parts.global;
    this.#stores = stores;
    this.#global = parts.global;
    this.#trimTimer = setInterval(() => layer.trim(), TRIM_MS).unref();
    this.#telemetry = telemetry;
    this.#logger = options.logger;
    this.#baseThreads = options.threads ?? availableParallelism();
    const threadsMax = Math.max(THREADS_MIN, this.#baseThreads * THREADS_FACTOR);
    // Kept threads that are held up by long turns are replaced, at most all of them.
    const threadsInAll = threadsMax + this.#baseThreads;
    this.#budget = hostBudget({ memoryBytes: options.budgets?.memoryBytes ?? 0, threadsMax: threadsInAll });
    const users = { ...DEFAULT_USER_LIMITS, ...options.users };
    const ceilings = { ...DEFAULT_CEILINGS, ...options.ceilings };
    this.#tenants = new Tenants(userShare(this.#budget, users.memoryBytes));
    this.#retirement = new FunctionRetirement(layer, this.#budget, (handle) => this.#catalogue.drop(handle));
    this.#pool = new ThreadPool(
      { layer: layer.name, budget: this.#budget.buffer, root: parts.root, audit: options.audit ?? false },
      { budget: this.#budget, baseThreads: this.#baseThreads, threadsMax: threadsInAll },
      {
        ready: () => this.#threadReady(),
        message: (thread, message) => this.#messages.receive(thread, message),
        gone: ({ handle }) => {
          this.#retirement.threadGone(handle.id);
          this.#stateService.threadGone(handle.id);
          this.#files.threadGone(handle.id);
        },
        lost: (thread, reason) => {
          this.#logger.error?.('thread-lost', { thread: thread.handle.id, reason });
          this.#scheduler.lost(thread, reason);
        },
        runaway: (call, end) => this.#scheduler.runaway(call, end),
      },
    );
    this.#scheduler = new Scheduler(
      {
        host: this.#host,
        layer: layer.name,
        limits: { threadsMax, longMax: this.#baseThreads, shortMax: this.#baseThreads },
        queueLimit: options.queueLimit ?? QUEUE_LIMIT,
        userConcurrency: users.concurrency,
        tenants: this.#tenants,
        resultTtlMs: options.resultTtlMs ?? RESULT_TTL_MS,
        resultBytes: RESULT_BYTES,
        observer: telemetry.observer,
        childOf: telemetry.childOf,
        cancelRunning: (call) => layer.cancel(call) || this.#pool.cancelTurn(call),
        makeRoom: () => {
          this.#pool.relieve();
          void this.#tier.relieve();
        },
        drained: (fn) => this.#retirement.begin(fn, this.#pool.threads.values()),
      },
      this.#pool,
    );
    this.#catalogue = new FunctionCatalogue({
      store: stores.functions,
      tenants: this.#tenants,
      limits: { ...DEFAULT_LIMITS, ...options.limits },
      environment: options.environment ?? FAASM_ENVIRONMENT,
      ceilings,
      refreshMs: options.refreshMs,
      loadedMax: options.store.loadedFunctions ?? LOADED_FUNCTIONS,
      retired: (fn) => {
        if (fn.active === 0) this.#retirement.begin(fn, this.#pool.threads.values());
      },
      stale: (ref, error) =>
        this.#logger.warn?.('function-not-refreshed', { function: refName(ref), ...reasonOf(error) }),
    });
    const userLimitBytes = options.userStateBytes;
    this.#tier = new LocalTier({
      global,
      layer,
      budget: this.#budget,
      valueLimitBytes: VALUE_LIMIT_BYTES,
      userLimitBytes,
      // A thread that ends may be there for a while beside the one that takes its place.
      holders: 2 * threadsInAll,
      crowded: () => this.#pool.relieve(),
      replaced: (user, key) => this.#eachThread(({ handle }) => handle.post({ kind: 'regionReplaced', user, key })),
    });
    this.#globalLocks = new GlobalLocks({ global, host: this.#host });
    this.#stateService = new StateService({
      global,
      tier: this.#tier,
      locks: new LocalLocks(),
      globalLocks: this.#globalLocks,
    });
    this.#files = new SharedFiles({
      store: stores.files,
      budget: this.#budget,
      cacheBytes: options.store.fileCacheBytes ?? FILE_CACHE_BYTES,
      userLimits: { files: users.files, bytes: users.fileBytes },
      refreshMs: options.refreshMs,
      stale: (user, path, error) =>
        this.#logger.warn?.('file-not-refreshed', { file: `${user}/${path}`, ...reasonOf(error) }),
    });
    this.#messages = new ThreadMessages({
      files: this.#files,
      state: this.#stateService,
      catalogue: this.#catalogue,
      retirement: this.#retirement,
      scheduler: this.#scheduler,
      budget: this.#budget,
      threads: () => this.#pool.threads.values(),
    });
    this.functions = new FunctionAdministration({
      store: stores.functions,
      catalogue: this.#catalogue,
      ceilings,
      userFunctions: users.functions,
      versionsKept: options.store.versionsKept ?? VERSIONS_KEPT,
      event: (event, what) => this.#logger.info?.(event, { function: refName(what), version: what.version }),
      notCollected: (ref, error) =>
        this.#logger.warn?.('versions-not-collected', { function: refName(ref), ...reasonOf(error) }),
    });
    this.files = this.#files.files;
    this.tokens = tokenAdministration(stores.tokens, this.#logger);
    this.state = stateAdministration(this.#tier, global);
  }

  /** Starts the base threads; resolves when all are ready. Throws `INTERNAL` when they cannot start. */
  async started(): Promise<void> {
    for (let count = 0; count < this.#baseThreads; count += 1) this.#pool.spawn();
    while (this.#pool.threads.size < this.#baseThreads) {
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
        setTimeout(resolve, 50);
      });
      const { failure } = this.#pool;
      if (failure !== undefined) throw new FaasmError('INTERNAL', `A thread could not start: ${failure}`);
    }
  }

  async upload(ref: FunctionRef, wasm: Uint8Array, settings?: FunctionSettings): Promise<UploadReceipt> {
    this.#checkOpen();
    return this.functions.upload(ref, wasm, settings);
  }

  async start(request: CallRequest): Promise<RunningCall> {
    this.#checkOpen();
    const found = this.#catalogue.find(request, request.version);
    const fn: FunctionState = found instanceof Promise ? await found : found;
    const input = request.input instanceof Uint8Array ? request.input : await gather(request.input);
    // The host may have closed meanwhile, and would never run the call.
    this.#checkOpen();
    return this.#scheduler.submit(request, fn, input);
  }

  async invoke(request: CallRequest): Promise<CallResult> {
    return (await this.start(request)).result;
  }

  cancel(id: number): boolean {
    return this.#scheduler.cancel(id);
  }

  status(id: number): CallStatus {
    return this.#scheduler.status(id);
  }

  wait(id: number, waitMs: number, signal?: AbortSignal): Promise<CallResult | undefined> {
    return this.#scheduler.wait(id, waitMs, signal);
  }

  calls(filter: CallFilter): readonly CallStatus[] {
    return this.#scheduler.calls(filter);
  }

  async flush(): Promise<void> {
    this.#catalogue.flush();
    this.#logger.info?.('flushed');
  }

  async ready(): Promise<void> {
    this.#checkOpen();
    await Promise.all([this.#stores.objects.check(), this.#global.check()]);
  }

  metrics(): string {
    return this.#telemetry.metrics();
  }

  httpRequest(route: string, status: number, durationMs: number): void {
    this.#telemetry.httpRequest(route, status, durationMs);
  }

  info(): HostInfo {
    const { layer, reason } = this.#layer;
    const use = (resource: 'memoryPages' | 'memories' | 'mappings', unit = 1): { used: number; limit: number } => ({
      used: this.#budget.used(resource) * unit,
      limit: this.#budget.limit(resource) * unit,
    });
    return {
      host: this.#host,
      layer: layer.name,
      ...(reason === undefined ? {} : { layerReason: reason }),
      store: this.#stores.objects.name,
      startedAt: this.#startedAt,
      threads: this.#pool.threads.size,
      queued: this.#scheduler.queued,
      running: this.#scheduler.running,
      stateTwinBytes: this.#tier.twinPages * PAGE_BYTES,
      budgets: { memoryBytes: use('memoryPages', PAGE_BYTES), memories: use('memories'), mappings: use('mappings') },
    };
  }

  audit(): AuditCount {
    return this.#messages.audit();
  }

  async close(options: { readonly graceMs?: number } = {}): Promise<void> {
    this.#closing = true;
    clearInterval(this.#trimTimer);
    await this.#scheduler.drained(options.graceMs ?? GRACE_MS);
    this.#scheduler.close();
    await this.#pool.close();
    await this.#globalLocks.close();
    this.#files.close();
    await this.#telemetry.close();
    await this.#stores.objects.close();
    await this.#global.close();
  }

  #checkOpen(): void {
    if (this.#closing) throw new FaasmError('SHUTTING_DOWN', 'The host is stopping; send the call to another one.');
  }

  #threadReady(): void {
    for (const resolve of this.#wake.splice(0)) resolve();
    this.#scheduler.dispatchAll();
  }

  #eachThread(visit: (thread: PoolThread) => void): void {
    for (const thread of this.#pool.threads.values()) visit(thread);
  }
}

async function gather(input: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  return concat(chunks);
}

function reasonOf(error: unknown): { readonly code: string; readonly reason: string } {
  const { code, message } = toFaasmError(error);
  return { code, reason: message };
}
