import type { GlobalState } from './core/global-state.ts';
import type { Limits, UserLimits } from './core/limits.ts';
import type { Logger } from './core/logger.ts';
import type { LayerChoice } from './layer/open-layer.ts';
import type { StateOptions } from './runtime-state.ts';
import type { StoreOptions } from './runtime-stores.ts';

/** How to set a runtime up; everything has a default. Sizes in bytes, times in ms. */
export interface RuntimeOptions {
  /** Threads kept for functions; more are added while ready work waits. Default: the machine's cores. */
  readonly threads?: number;
  readonly layer?: LayerChoice;
  readonly queueLimit?: number;
  readonly resultTtlMs?: number;
  /** Limits of calls whose function has none of its own. */
  readonly limits?: Partial<Limits>;
  /** What a function's own settings may ask for at most. */
  readonly ceilings?: Partial<Limits>;
  /** What one user may have of the host. */
  readonly users?: Partial<UserLimits>;
  readonly budgets?: {
    /** 0: three quarters of the machine's memory. */
    readonly memoryBytes?: number;
    readonly userStateBytes?: number;
  };
  /** `file`: the largest shared file, whoever writes it. Default: no limit. */
  readonly maxBodyBytes?: { readonly file?: number };
  /** Environment variables that every function has, unless its own settings have them. Default: Faasm's. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Folder of files that every call sees beside the built-in ones; read once. */
  readonly runtimeRoot?: string;
  /** Where functions, shared files and tokens are kept; default: in memory. */
  readonly store?: StoreOptions;
  /** Where state is kept that hosts share or that outlives a host; default: in memory. */
  readonly state?: StateOptions;
  /** The global tier of state, where hosts of one process share one; it is not closed with the host. Default: its own. */
  readonly globalState?: GlobalState;
  readonly auth?: {
    /** A token that makes its bearer an administrator. */
    readonly adminToken?: string;
  };
  readonly tracing?: {
    /** Where traces are sent, OTLP over HTTP; default: nowhere. */
    readonly otlpEndpoint?: string;
    readonly serviceName?: string;
  };
  /** Where events are told; default: nowhere. */
  readonly logger?: Logger;
  /** Compare every Faaslet after its reset with a fresh one; for tests, it reads all of the memory after each call. */
  readonly audit?: boolean;
}

/** What audit mode has found. */
export interface AuditCount {
  readonly checked: number;
  /** What differed, one line each; must be empty. */
  readonly differences: readonly string[];
}
