import { availableParallelism } from 'node:os';
import { FAASM_ENVIRONMENT } from './core/default-environment.ts';
import { DEFAULT_CEILINGS, DEFAULT_LIMITS, DEFAULT_USER_LIMITS, type Limits, type UserLimits } from './core/limits.ts';
import type { LayerChoice } from './layer/open-layer.ts';
import type { RuntimeOptions } from './runtime-options.ts';

const REFRESH_MS = 2_000;
const USER_STATE_BYTES = 2 * 1024 ** 3;
const QUEUE_LIMIT = 10_000;
const RESULT_TTL_MS = 600_000;
/** Threads at most, as a multiple of those kept, and at least. */
const THREADS_FACTOR = 4;
const THREADS_MIN = 8;
const LOADED_FUNCTIONS = 2_000;
const VERSIONS_KEPT = 20;
const FILE_CACHE_BYTES = 1024 * 1024 * 1024;

/** How many threads for functions a host has. */
export interface ThreadCounts {
  /** Those that are kept. */
  readonly base: number;
  /** Most that calls are placed on. */
  readonly max: number;
  /** Most in all: kept ones that long turns hold up are replaced, at most all of them. */
  readonly inAll: number;
}

/** What a host runs with: its options, each with its default where nothing was said. */
export interface HostSettings {
  readonly layer: LayerChoice;
  readonly threads: ThreadCounts;
  readonly audit: boolean;
  readonly queueLimit: number;
  readonly resultTtlMs: number;
  readonly limits: Limits;
  readonly ceilings: Limits;
  readonly users: UserLimits;
  readonly environment: Readonly<Record<string, string>>;
  /** 0: see hostBudget. */
  readonly memoryBytes: number;
  /** What one user may have of state, here and in the global tier. */
  readonly userStateBytes: number;
  /** What other hosts change in the store is noticed at most this long after it. */
  readonly refreshMs: number;
  readonly loadedFunctions: number;
  readonly versionsKept: number;
  readonly fileCacheBytes: number;
  readonly maxFileBytes: number;
}

/** The settings that `options` amount to on this machine. */
export function hostSettings(options: RuntimeOptions): HostSettings {
  const { store, budgets } = options;
  return {
    layer: options.layer ?? 'auto',
    threads: threadCounts(options.threads ?? availableParallelism()),
    audit: options.audit ?? false,
    queueLimit: options.queueLimit ?? QUEUE_LIMIT,
    resultTtlMs: options.resultTtlMs ?? RESULT_TTL_MS,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    ceilings: { ...DEFAULT_CEILINGS, ...options.ceilings },
    users: { ...DEFAULT_USER_LIMITS, ...options.users },
    environment: options.environment ?? FAASM_ENVIRONMENT,
    memoryBytes: budgets?.memoryBytes ?? 0,
    userStateBytes: budgets?.userStateBytes ?? USER_STATE_BYTES,
    refreshMs: store?.refreshMs ?? REFRESH_MS,
    loadedFunctions: store?.loadedFunctions ?? LOADED_FUNCTIONS,
    versionsKept: store?.versionsKept ?? VERSIONS_KEPT,
    fileCacheBytes: store?.fileCacheBytes ?? FILE_CACHE_BYTES,
    maxFileBytes: options.maxBodyBytes?.file ?? Number.POSITIVE_INFINITY,
  };
}

function threadCounts(base: number): ThreadCounts {
  const max = Math.max(THREADS_MIN, base * THREADS_FACTOR);
  return { base, max, inAll: max + base };
}
