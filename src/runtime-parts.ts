import { randomUUID } from 'node:crypto';
import type { Budget } from './core/budget.ts';
import { toFaasmError } from './core/errors.ts';
import type { GlobalState } from './core/global-state.ts';
import { PAGE_BYTES } from './core/limits.ts';
import type { Logger } from './core/logger.ts';
import { refName } from './core/names.ts';
import { SharedFiles } from './files/shared-files.ts';
import { FunctionAdministration } from './function-administration.ts';
import { FunctionCatalogue } from './function-catalogue.ts';
import { FunctionRetirement } from './function-retirement.ts';
import type { TemplateDirectory } from './host/wasi/template.ts';
import { hostBudget, userShare } from './host-budget.ts';
import type { MemoryLayer } from './layer/layer.ts';
import { openLayer } from './layer/open-layer.ts';
import { ThreadMessages } from './runtime-messages.ts';
import type { HostSettings } from './runtime-settings.ts';
import type { RuntimeStores } from './runtime-stores.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { Tenants } from './scheduler/tenants.ts';
import { ThreadPool } from './scheduler/thread-pool.ts';
import { GlobalLocks } from './state/global-locks.ts';
import { LocalLocks } from './state/local-locks.ts';
import { LocalTier } from './state/local-tier.ts';
import { StateService } from './state/state-service.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

const RESULT_BYTES = 256 * 1024 * 1024;
const VALUE_LIMIT_BYTES = 4 * 1024 ** 3 - PAGE_BYTES;

/** What a host is built on. */
export interface HostBasis {
  readonly stores: RuntimeStores;
  readonly global: GlobalState;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
  /** The file tree that calls start from. */
  readonly root: TemplateDirectory;
  /** Closes those of them that were opened for the host; the parts do not do it. */
  readonly close: () => Promise<void>;
}

/** The parts of a host that it speaks to, connected with each other. */
export interface HostParts {
  /** Id of the host, another one at each start. */
  readonly host: string;
  readonly layer: MemoryLayer;
  /** Why the layer is not the native one, where that was to be used if possible. */
  readonly layerReason: string | undefined;
  readonly budget: Budget;
  readonly pool: ThreadPool;
  readonly scheduler: Scheduler;
  readonly catalogue: FunctionCatalogue;
  readonly functions: FunctionAdministration;
  readonly tier: LocalTier;
  readonly globalLocks: GlobalLocks;
  readonly files: SharedFiles;
  /** What the pool is started with. */
  readonly messages: ThreadMessages;
}

/** Makes the parts of a host and connects them. No thread runs before the pool is started. */
export function hostParts(settings: HostSettings, basis: HostBasis): HostParts {
  const { threads, users } = settings;
  const { stores, logger } = basis;
  const { layer, reason: layerReason } = openLayer(settings.layer);
  const budget = hostBudget({ memoryBytes: settings.memoryBytes, threadsMax: threads.inAll });
  const pool = new ThreadPool(
    { layer: layer.name, budget: budget.buffer, root: basis.root, audit: settings.audit },
    { budget, baseThreads: threads.base, threadsMax: threads.inAll },
  );
  const host = randomUUID();
  const tenants = new Tenants(userShare(budget, users.memoryBytes));
  const own: OwnParts = { host, layer, budget, tenants, pool };
  const { retirement, catalogue, functions } = functionParts(settings, basis, own);
  const { tier, globalLocks, service } = stateParts(settings, basis, own);
  const scheduler = callScheduler(settings, basis, own, { retirement, tier });
  const files = new SharedFiles({
    store: stores.files,
    budget,
    cacheBytes: settings.fileCacheBytes,
    userLimits: { files: users.files, bytes: users.fileBytes },
    maxFileBytes: settings.maxFileBytes,
    refreshMs: settings.refreshMs,
    stale: (user, path, error) => logger.warn?.('file-not-refreshed', { file: `${user}/${path}`, ...reasonOf(error) }),
  });
  const messages = new ThreadMessages({
    state: service,
    files,
    catalogue,
    retirement,
    scheduler,
    budget,
    pool,
    logger,
  });
  return {
    host,
    layer,
    layerReason,
    budget,
    pool,
    scheduler,
    catalogue,
    functions,
    tier,
    globalLocks,
    files,
    messages,
  };
}

/** What the other parts are made of. */
interface OwnParts extends Pick<HostParts, 'budget' | 'host' | 'layer' | 'pool'> {
  readonly tenants: Tenants;
}

function callScheduler(
  settings: HostSettings,
  { telemetry }: HostBasis,
  { host, layer, tenants, pool }: OwnParts,
  { retirement, tier }: { readonly retirement: FunctionRetirement; readonly tier: LocalTier },
): Scheduler {
  const { threads, users } = settings;
  return new Scheduler(
    {
      host,
      layer: layer.name,
      limits: { threadsMax: threads.max, longMax: threads.base, shortMax: threads.base },
      queueLimit: settings.queueLimit,
      userConcurrency: users.concurrency,
      tenants,
      resultTtlMs: settings.resultTtlMs,
      resultBytes: RESULT_BYTES,
      observer: telemetry.observer,
      childOf: telemetry.childOf,
      cancelRunning: (call) => layer.cancel(call) || pool.cancelTurn(call),
      makeRoom: () => {
        pool.relieve();
        void tier.relieve();
      },
      drained: (fn) => retirement.begin(fn, pool.threads.values()),
    },
    pool,
  );
}

function functionParts(
  settings: HostSettings,
  { stores, logger }: HostBasis,
  { layer, budget, tenants, pool }: OwnParts,
): Pick<HostParts, 'catalogue' | 'functions'> & { readonly retirement: FunctionRetirement } {
  const { ceilings, users } = settings;
  const retirement = new FunctionRetirement(layer, budget, (handle) => catalogue.drop(handle));
  const catalogue: FunctionCatalogue = new FunctionCatalogue({
    store: stores.functions,
    tenants,
    limits: settings.limits,
    environment: settings.environment,
    ceilings,
    refreshMs: settings.refreshMs,
    loadedMax: settings.loadedFunctions,
    retired: (fn) => {
      if (fn.active === 0) retirement.begin(fn, pool.threads.values());
    },
    stale: (ref, error) => logger.warn?.('function-not-refreshed', { function: refName(ref), ...reasonOf(error) }),
  });
  const functions = new FunctionAdministration({
    store: stores.functions,
    catalogue,
    ceilings,
    userFunctions: users.functions,
    versionsKept: settings.versionsKept,
    event: (event, what) => logger.info?.(event, { function: refName(what), version: what.version }),
    notCollected: (ref, error) =>
      logger.warn?.('versions-not-collected', { function: refName(ref), ...reasonOf(error) }),
  });
  return { retirement, catalogue, functions };
}

function stateParts(
  settings: HostSettings,
  { global }: HostBasis,
  { host, layer, budget, pool }: OwnParts,
): Pick<HostParts, 'globalLocks' | 'tier'> & { readonly service: StateService } {
  const tier = new LocalTier({
    global,
    layer,
    budget,
    valueLimitBytes: VALUE_LIMIT_BYTES,
    userLimitBytes: settings.userStateBytes,
    // A thread that ends may be there for a while beside the one that takes its place.
    holders: 2 * settings.threads.inAll,
    crowded: () => pool.relieve(),
    replaced: (user, key) => {
      for (const { handle } of pool.threads.values()) handle.post({ kind: 'regionReplaced', user, key });
    },
  });
  const globalLocks = new GlobalLocks({ global, host });
  const service = new StateService({ global, tier, locks: new LocalLocks(), globalLocks });
  return { tier, globalLocks, service };
}

function reasonOf(error: unknown): { readonly code: string; readonly reason: string } {
  const { code, message } = toFaasmError(error);
  return { code, reason: message };
}
