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
    async setRange(user, key, { offset, bytes }) {
      await checkThere(global, user, key);
      await tier.write(user, key, bytes, { offset, totalBytes: 0 });
      await tier.push(user, key);
    },
    remove: async (user, key, condition) => tier.remove(checkUser(user), checkKey(key), condition),
    list: async (user, prefix) => tier.list(checkUser(user), prefix),
    add: async (user, key, offset, delta, width) => tier.add(checkUser(user), checkKey(key), offset, delta, width),
    compareAndSet: async (user, key, offset, expected, replacement) =>
      tier.compareAndSet(checkUser(user), checkKey(key), offset, expected, replacement),
    push: async (user, key) => tier.push(checkUser(user), checkKey(key)),
    async pull(user, key) {
      await checkThere(global, user, key);
      await tier.pull(user, key, 0);
    },
  };
}

function checkUser(user: string): string {
  return checkName(user, 'user');
}

/** Throws `STATE_NOT_FOUND` when the global tier has no such value, so that none is made. */
async function checkThere(global: GlobalState, user: string, key: string): Promise<void> {
  if ((await global.stat(checkUser(user), checkKey(key))) === undefined) {
    throw new FaasmError('STATE_NOT_FOUND', `User ${user} has no state ${JSON.stringify(key)}.`);
  }
}
