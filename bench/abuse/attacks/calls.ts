import type { Attack } from './attacker.ts';
import { atOnce, call } from './attacker.ts';
import { FLOOD, functionName, MODULES, QUICK, WAYS } from './guests.ts';

/** More than a tenant may have under way. */
const BURST = 150;
const HOARDERS = 60;
/** Short calls in a row after which a function is taken for a short one (FunctionProfile). */
const QUICK_CALLS = 17;

/** What hostile calls do. */
export const CALL_ATTACKS: Readonly<Record<string, Attack>> = {
  async runaway(attacker) {
    const name = attacker.random(2) === 0 ? 'runaway' : 'waiting';
    await call(attacker, name, [attacker.random(WAYS[name])]);
  },

  async 'runaway module'(attacker) {
    await call(attacker, functionName(MODULES[attacker.random(MODULES.length)] ?? ''), []);
  },

  async flood(attacker) {
    await call(attacker, 'flood', [attacker.random(Object.keys(FLOOD).length)]);
  },

  /** Looks short until it is on a thread that others share, and then runs away. */
  async sneaky(attacker) {
    for (let time = 0; time < QUICK_CALLS; time += 1) await call(attacker, 'sneaky', [QUICK]);
    await atOnce(4, () => call(attacker, 'sneaky', [0]));
  },

  async burst(attacker) {
    await atOnce(BURST, () => call(attacker, 'runaway', [attacker.random(WAYS.runaway)], '?async=true&timeout=100'));
  },

  async 'quick burst'(attacker) {
    await atOnce(BURST, () => call(attacker, 'runaway', [QUICK]));
  },

  /** Calls that hold all they can get, asleep. */
  async hoard(attacker) {
    await atOnce(HOARDERS, () => call(attacker, 'hoard', [attacker.random(64), 1500], '?async=true'));
  },

  async 'cancelled at once'({ user, send, random }) {
    await atOnce(20, () =>
      send('POST', `/v1/invoke/${user}/runaway`, { body: new Uint8Array(64), cutAfterMs: random(30) }),
    );
  },

  async 'results for nobody'(attacker) {
    await atOnce(8, () => call(attacker, 'flood', [FLOOD.output], '?async=true'));
  },

  async escape(attacker) {
    const { status, code } = await call(attacker, 'escape', []);
    if (code === 'FUNCTION_FAILED') attacker.breach('a guest opened a file of the host');
    if (status === 404) attacker.breach('the function that tries to escape is not there');
  },
};
