import type { Attack } from './attacker.ts';
import { CALL_ATTACKS } from './calls.ts';
import { CONNECTION_ATTACKS } from './connections.ts';
import { REQUEST_ATTACKS } from './requests.ts';

/** Everything that hostile tenants do, by name. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  ...CALL_ATTACKS,
  ...REQUEST_ATTACKS,
  ...CONNECTION_ATTACKS,
};
