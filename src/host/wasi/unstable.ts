import type { HostFunction } from '../context.ts';
import { defineSeek } from './fd-io.ts';
import { defineFilestatGet } from './fd-metadata.ts';
import { WASI_FUNCTIONS } from './functions.ts';
import { definePathFilestatGet } from './paths.ts';
import { definePoll } from './poll.ts';
import { type FilestatLayout, type SubscriptionLayout, WHENCE } from './types.ts';

const FILESTAT: FilestatLayout = { bytes: 56, links: 20, size: 24 };

/** Clocks have a number of their own first, as userdata has; nothing ever used it. */
const SUBSCRIPTION: SubscriptionLayout = { bytes: 56, clock: 24, timeout: 32, flags: 48 };

const CHANGED = new Map(
  [
    defineSeek([WHENCE.CUR, WHENCE.END, WHENCE.SET]),
    defineFilestatGet(FILESTAT),
    definePathFilestatGet(FILESTAT),
    definePoll(SUBSCRIPTION),
  ].map((each) => [each.name, each]),
);

/**
 * WASI as programs of 2019 import it, module `wasi_unstable` (preview 0, snapshot 0): preview 1 with other numbers for
 * `whence`, `filestat` and `subscription` laid out otherwise, and no `sock_accept`.
 */
export const WASI_UNSTABLE_FUNCTIONS: readonly HostFunction[] = WASI_FUNCTIONS.filter(
  ({ name }) => name !== 'sock_accept',
).map((each) => CHANGED.get(each.name) ?? each);
