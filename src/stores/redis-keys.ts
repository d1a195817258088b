import { keyPart } from '../core/object-key.ts';

/** Changes when what lies in Redis has another form. */
const FORMAT = 1;

/** Names in Redis of what belongs to one state key. All have one hash tag, so that a cluster keeps them on one server. */
export interface StateKeys {
  readonly value: string;
  readonly version: string;
  readonly records: string;
  readonly recordCount: string;
  readonly lease: string;
  readonly fence: string;
  /** For what a script works on; nothing is left there when it ends. */
  readonly scratch: readonly [string, string];
  /** A key for what is being sent; `id` is letters and digits. */
  temporary(id: string): string;
}

/** Names of `user`'s `key`. No two are equal: users hold no slash, and what is made of a key holds no brace. */
export function stateKeys(prefix: string, user: string, key: string): StateKeys {
  const stem = `${prefix}:${FORMAT}:{${user}/${keyPart(key)}}`;
  return {
    value: `${stem}:v`,
    version: `${stem}:m`,
    records: `${stem}:a`,
    recordCount: `${stem}:c`,
    lease: `${stem}:l`,
    fence: `${stem}:f`,
    scratch: [`${stem}:x`, `${stem}:y`],
    temporary: (id) => `${stem}:t:${id}`,
  };
}

/** Name of what counts the use of a user. */
export function usageKey(prefix: string, user: string): string {
  return `${prefix}:${FORMAT}:{${user}}:u`;
}

/** Name of a key that no state has, to see whether Redis can be written to. */
export function probeKey(prefix: string): string {
  return `${prefix}:${FORMAT}:probe`;
}
