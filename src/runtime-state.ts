import { join, resolve } from 'node:path';
import type { ErrorCode } from './core/errors.ts';
import type { GlobalState } from './core/global-state.ts';
import { memoryGlobalState } from './stores/memory-global-state.ts';
import { observedGlobalState } from './stores/observed-global-state.ts';
import type { StateRoomOptions } from './stores/state-room.ts';

/** Where the global state tier keeps values and locks. As the settings of the same names. */
export interface StateOptions {
  readonly kind: 'memory' | 'folder' | 'redis';
  readonly redisUrl?: string;
  readonly redisPrefix?: string;
  readonly redisTimeoutMs?: number;
}

/** What {@link openGlobalState} needs besides the options of the tier. */
export interface OpenGlobalStateOptions {
  readonly state: StateOptions;
  /** The store's folder; the tier's is in it. */
  readonly storeFolder: string;
  readonly userLimitBytes: number;
  /** What all users may have together where it is kept in the memory of this process. */
  readonly room: Pick<StateRoomOptions, 'limitBytes' | 'limitEntries'>;
  /** Told every request to the tier, and its error if it failed. */
  readonly request: (operation: string, code?: ErrorCode) => void;
}

/**
 * Opens the global state tier that was chosen. Nothing is asked of Redis yet; a folder is read whole. Throws `BAD_REQUEST`
 * for an address of Redis that is none, and what folderGlobalState throws.
 */
export async function openGlobalState(options: OpenGlobalStateOptions): Promise<GlobalState> {
  return observedGlobalState(await openTier(options), options.request);
}

async function openTier({ state, storeFolder, userLimitBytes, room }: OpenGlobalStateOptions): Promise<GlobalState> {
  if (state.kind === 'memory') return memoryGlobalState({ userLimitBytes, ...room });
  if (state.kind === 'folder') {
    const { folderGlobalState } = await import('./stores/folder-global-state.ts');
    return folderGlobalState({ folder: join(resolve(storeFolder), 'state'), userLimitBytes, ...room });
  }
  // Loaded only here, because most hosts do without it.
  const { redisGlobalState } = await import('./stores/redis-global-state.ts');
  const { redisUrl = '', redisPrefix, redisTimeoutMs } = state;
  return redisGlobalState({
    url: redisUrl,
    userLimitBytes,
    ...(redisPrefix === undefined ? {} : { prefix: redisPrefix }),
    ...(redisTimeoutMs === undefined ? {} : { timeoutMs: redisTimeoutMs }),
  });
}
