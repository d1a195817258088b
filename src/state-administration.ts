import { FaasmError } from './core/errors.ts';
import type { GlobalState } from './core/global-state.ts';
import { checkKey, checkName } from './core/names.ts';
import type { StateAdmin } from './core/ports.ts';
import type { LocalTier } from './state/local-tier.ts';

/** State as the API sees it, behind checks of names: reads what the global tier holds, and changes both tiers. */
export function stateAdministration(tier: LocalTier, global: GlobalState): StateAdmin {
  return {
    stat: async (user, key) => global.stat(checkUser(user), checkKey(key)),
    read: async (user, key, offset, length) => global.read(checkUser(user), checkKey(key), offset, length),
    get: async (user, key) => tier.get(checkUser(user), checkKey(key)),
    set: async (user, key, bytes, condition) => tier.set(checkUser(user), checkKey(key), bytes, condition),
    setRange: async (user, key, range, condition) =>
      (await tier.setRange(checkUser(user), checkKey(key), range, condition)) ?? missing(user, key),
    remove: async (user, key, condition) => tier.remove(checkUser(user), checkKey(key), condition),
    list: async (user, prefix) => tier.list(checkUser(user), prefix),
    add: async (user, key, offset, delta, width) => tier.add(checkUser(user), checkKey(key), offset, delta, width),
    compareAndSet: async (user, key, offset, expected, replacement) =>
      tier.compareAndSet(checkUser(user), checkKey(key), offset, expected, replacement),
    push: async (user, key) => tier.push(checkUser(user), checkKey(key)),
    async pull(user, key) {
      // Otherwise a value would be made.
      if ((await global.stat(checkUser(user), checkKey(key))) === undefined) missing(user, key);
      await tier.pull(user, key, 0);
    },
  };
}

function checkUser(user: string): string {
  return checkName(user, 'user');
}

/** The global tier has no such value. */
function missing(user: string, key: string): never {
  throw new FaasmError('STATE_NOT_FOUND', `User ${user} has no state ${JSON.stringify(key)}.`);
}
