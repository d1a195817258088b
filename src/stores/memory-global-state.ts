import { FaasmError } from '../core/errors.ts';
import type { GlobalState } from '../core/ports.ts';
import { byKey } from './object-keys.ts';

/** Options of {@link memoryGlobalState}. */
export interface MemoryGlobalStateOptions {
  /** Bytes one user may keep: values and key names, so that empty values count as well. Default: no limit. */
  readonly userLimitBytes?: number;
}

interface UserState {
  readonly values: Map<string, Uint8Array>;
  bytes: number;
}

/** The global state tier of a host without Redis: lives as long as the process. Keeps what it is given and hands out copies. */
export function memoryGlobalState(options: MemoryGlobalStateOptions = {}): GlobalState {
  const limit = options.userLimitBytes ?? Number.POSITIVE_INFINITY;
  const users = new Map<string, UserState>();
  return {
    async size(user, key) {
      return users.get(user)?.values.get(key)?.length;
    },
    async read(user, key, offset, length) {
      const value = users.get(user)?.values.get(key);
      return value === undefined ? undefined : new Uint8Array(value.subarray(offset, offset + length));
    },
    async write(user, key, bytes) {
      const state = users.get(user) ?? { values: new Map<string, Uint8Array>(), bytes: 0 };
      const before = state.values.get(key);
      const used = state.bytes - (before === undefined ? 0 : cost(key, before)) + cost(key, bytes);
      if (used > limit) {
        throw new FaasmError(
          'STATE_LIMIT',
          `User ${user} would keep ${used} bytes of state, ${limit} are allowed: remove values or raise the limit.`,
        );
      }
      state.values.set(key, bytes);
      state.bytes = used;
      users.set(user, state);
    },
    async remove(user, key) {
      const state = users.get(user);
      const value = state?.values.get(key);
      if (state === undefined || value === undefined) return false;
      state.values.delete(key);
      state.bytes -= cost(key, value);
      if (state.values.size === 0) users.delete(user);
      return true;
    },
    async list(user, prefix) {
      return [...(users.get(user)?.values ?? [])]
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => ({ key, sizeBytes: value.length }))
        .sort(byKey);
    },
  };
}

function cost(key: string, value: Uint8Array): number {
  return new TextEncoder().encode(key).length + value.length;
}
