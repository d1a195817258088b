import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { Budget } from './core/budget.ts';
import type { CallResult } from './core/call.ts';
import { FaasmError, toFaasmError } from './core/errors.ts';
import { DEFAULT_LIMITS, type Limits, PAGE_BYTES, pagesFor } from './core/limits.ts';
import { checkKey, checkName } from './core/names.ts';
import { concat } from './core/output-stream.ts';
import type { CallRequest, FunctionSettings, HostInfo, RunningCall, Runtime, UploadReceipt } from './core/ports.ts';
import type { FromThread, StateAnswer } from './executor/protocol.ts';
import { setGuestFlags } from './executor/v8-flags.ts';
import { FunctionCatalogue } from './function-catalogue.ts';
import { FunctionRetirement } from './function-retirement.ts';
import { hostBudget } from './host-budget.ts';
import { type LayerChoice, openLayer } from './layer/open-layer.ts';
import type { FunctionState } from './scheduler/function-state.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { type PoolThread, ThreadPool } from './scheduler/thread-pool.ts';
import { LocalTier } from './state/local-tier.ts';
import { memoryFunctionStore } from './stores/memory-function-store.ts';
import { memoryGlobalState } from './stores/memory-global-state.ts';

/** How to set a runtime up; everything has a default. Sizes in bytes, times in ms. */
export interface RuntimeOptions {
  /** Threads kept for functions; more are added while ready work waits. Default: the machine's cores. */
  readonly threads?: number;
  readonly layer?: LayerChoice;
  readonly queueLimit?: number;
  readonly resultTtlMs?: number;
  /** Limits of calls whose function has none of its own. */
  readonly limits?: Partial<Limits>;
  readonly budgets?: {
    /** 0: three quarters of the machine's memory. */
    readonly memoryBytes?: number;
    readonly userStateBytes?: number;
  };
  /** Compare every Faaslet after its reset with a fresh one; for tests, it reads all of the memory after each call. */
  readonly audit?: boolean;
}

/** What audit mode has found. */
export interface AuditCount {
  readonly checked: number;
  /** What differed, one line each; must be empty. */
  readonly differences: readonly string[];
}

const RESULT_BYTES = 256 * 1024 * 1024;
const VALUE_LIMIT_BYTES = 4 * 1024 ** 3 - PAGE_BYTES;
const USER_STATE_BYTES = 2 * 1024 ** 3;
const QUEUE_LIMIT = 10_000;
const RESULT_TTL_MS = 600_000;
const GRACE_MS = 30_000;
/** Threads at most, as a multiple of those kept, and at least. */
const THREADS_FACTOR = 4;
const THREADS_MIN = 8;

/** The runtime with its stores, threads and scheduler; the one place that names concrete ones. */
export async function createRuntime(options: RuntimeOptions = {}): Promise<Runtime & { audit(): AuditCount }> {
  setGuestFlags();
  const runtime = new HostRuntime(options);
  await runtime.ready();
  return runtime;
}

class HostRuntime implements Runtime {
  readonly #host = randomUUID();
  readonly #budget: Budget;
  readonly #pool: ThreadPool;
  readonly #scheduler: Scheduler;
  readonly #functions: FunctionCatalogue;
  readonly #retirement: FunctionRetirement;
  readonly #tier: LocalTier;
  readonly #layer: ReturnType<typeof openLayer>;
  readonly #baseThreads: number;
  readonly #audit = { checked: 0, differences: [] as string[] };
  #closing = false;
  #wake: (() => void)[] = [];

  readonly state = {
    get: (user: string, key: string) => this.#tier.get(checkName(user, 'user'), checkKey(key)),
    set: (user: string, key: string, bytes: Uint8Array) =>
      this.#tier.set(checkName(user, 'user'), checkKey(key), bytes),
  };

  constructor(options: RuntimeOptions) {
    const choice = options.layer ?? 'auto';
    this.#layer = openLayer(choice);
    const { layer } = this.#layer;
    this.#baseThreads = options.threads ?? availableParallelism();
    const threadsMax = Math.max(THREADS_MIN, this.#baseThreads * THREADS_FACTOR);
    this.#budget = hostBudget({ memoryBytes: options.budgets?.memoryBytes ?? 0, threadsMax });
    this.#retirement = new FunctionRetirement(layer, this.#budget, (handle) => this.#functions.drop(handle));
    this.#pool = new ThreadPool(
      { layer: layer.name, budget: this.#budget.buffer, audit: options.audit ?? false },
      { budget: this.#budget, baseThreads: this.#baseThreads },
      {
        ready: () => this.#threadReady(),
        message: (thread, message) => this.#message(thread, message),
        gone: (thread) => this.#retirement.threadGone(thread.handle.id),
        lost: (thread, reason) => this.#scheduler.lost(thread, reason),
        runaway: (call) => this.#scheduler.runaway(call),
      },
    );
    this.#scheduler = new Scheduler(
      {
        host: this.#host,
        limits: { threadsMax, longMax: this.#baseThreads, shortMax: this.#baseThreads },
        queueLimit: options.queueLimit ?? QUEUE_LIMIT,
        resultTtlMs: options.resultTtlMs ?? RESULT_TTL_MS,
        resultBytes: RESULT_BYTES,
        cancelRunning: (call) => layer.cancel(call),
        drained: (fn) => this.#retirement.begin(fn, this.#pool.threads.values()),
      },
      this.#pool,
    );
    this.#functions = new FunctionCatalogue(memoryFunctionStore(), { ...DEFAULT_LIMITS, ...options.limits }, (fn) => {
      if (fn.active === 0) this.#retirement.begin(fn, this.#pool.threads.values());
    });
    this.#tier = new LocalTier({
      global: memoryGlobalState({ userLimitBytes: options.budgets?.userStateBytes ?? USER_STATE_BYTES }),
      layer,
      budget: this.#budget,
      valueLimitBytes: VALUE_LIMIT_BYTES,
      userLimitBytes: options.budgets?.userStateBytes ?? USER_STATE_BYTES,
      replaced: (user, key) => this.#eachThread(({ handle }) => handle.post({ kind: 'regionReplaced', user, key })),
    });
  }

  /** Starts the base threads; resolves when all are ready. Throws `INTERNAL` when they cannot start. */
  async ready(): Promise<void> {
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

  async upload(
    ref: { user: string; function: string },
    wasm: Uint8Array,
    settings: FunctionSettings = {},
  ): Promise<UploadReceipt> {
    this.#checkOpen();
    return this.#functions.upload(ref, wasm, settings);
  }

  functions(): Promise<readonly { user: string; function: string }[]> {
    return this.#functions.list();
  }

  async start(request: CallRequest): Promise<RunningCall> {
    this.#checkOpen();
    const found = this.#functions.find(request);
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

  status(id: number): ReturnType<Runtime['status']> {
    return this.#scheduler.status(id);
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
      threads: this.#pool.threads.size,
      queued: this.#scheduler.queued,
      running: this.#scheduler.running,
      budgets: { memoryBytes: use('memoryPages', PAGE_BYTES), memories: use('memories'), mappings: use('mappings') },
    };
  }

  audit(): AuditCount {
    return { checked: this.#audit.checked, differences: [...this.#audit.differences] };
  }

  async close(options: { readonly graceMs?: number } = {}): Promise<void> {
    this.#closing = true;
    await this.#scheduler.drained(options.graceMs ?? GRACE_MS);
    this.#scheduler.close();
    await this.#pool.close();
  }

  #checkOpen(): void {
    if (this.#closing) throw new FaasmError('SHUTTING_DOWN', 'The host is stopping; send the call to another one.');
  }

  #threadReady(): void {
    for (const resolve of this.#wake.splice(0)) resolve();
    this.#scheduler.dispatchAll();
  }

  #message(thread: PoolThread, message: FromThread): void {
    switch (message.kind) {
      case 'proto':
        this.#made(thread, message);
        break;
      case 'forgotten':
        this.#retirement.forgotten(thread.handle.id, message.handle);
        break;
      case 'state':
        void this.#answer(thread, message);
        break;
      case 'audit':
        this.#audit.checked += 1;
        if (!message.equal) this.#audit.differences.push(message.detail);
        break;
      default:
        this.#scheduler.message(thread, message);
    }
  }

  #made(thread: PoolThread, { handle, proto }: Extract<FromThread, { kind: 'proto' }>): void {
    thread.handle.knowsProto(handle);
    const fn = this.#functions.byHandle(handle);
    if (fn === undefined) return;
    if ('storage' in proto.image) {
      fn.images.push(proto.image.storage);
      this.#budget.charge('memoryPages', pagesFor(proto.image.storage.sizeBytes));
    }
    if (fn.proto !== undefined) return;
    fn.proto = proto;
    this.#eachThread((other) => other.handle.teach(handle, proto));
  }

  async #answer(
    thread: PoolThread,
    { request, user, key, ask }: Extract<FromThread, { kind: 'state' }>,
  ): Promise<void> {
    let answer: StateAnswer;
    try {
      if (ask.kind === 'acquire') answer = { value: await this.#tier.acquire(user, key, ask.wish) };
      else if (ask.kind === 'size') answer = { value: await this.#tier.size(user, key) };
      else {
        await this.#tier.push(user, key);
        answer = { value: undefined };
      }
    } catch (error) {
      answer = { error: toFaasmError(error).record() };
    }
    thread.handle.post({ kind: 'state', request, answer });
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
