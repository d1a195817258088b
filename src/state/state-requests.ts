import type { ErrorRecord } from '../core/errors.ts';
import type { StateRange } from '../core/global-state.ts';
import type { LockMode } from './local-locks.ts';
import type { Region } from './region.ts';
import type { RegionWish } from './region-wish.ts';
import type { WritePlace } from './writing.ts';

/**
 * What a thread asks of the local tier for a key. `changes` is what a call has changed in its own copy of the value,
 * where regions are copies (portable layer); it goes into the value first.
 */
export type StateRequest =
  | { readonly kind: 'acquire'; readonly wish: RegionWish }
  | { readonly kind: 'size' }
  | { readonly kind: 'write'; readonly bytes: Uint8Array; readonly place?: WritePlace }
  /** Sets the value in both tiers. */
  | { readonly kind: 'set'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'declare';
      readonly range?: { readonly offset: number; readonly length: number };
      readonly changes: readonly StateRange[];
    }
  | { readonly kind: 'push'; readonly pulls: boolean; readonly changes: readonly StateRange[] }
  | {
      readonly kind: 'pushMasked';
      readonly mask: string;
      readonly changes: readonly StateRange[];
      readonly maskChanges: readonly StateRange[];
    }
  | { readonly kind: 'pull'; readonly length: number; readonly changes: readonly StateRange[] }
  | { readonly kind: 'append'; readonly bytes: Uint8Array }
  | { readonly kind: 'readAppended'; readonly count: number; readonly maxBytes: number }
  | { readonly kind: 'clearAppended' }
  | { readonly kind: 'add'; readonly offset: number; readonly delta: bigint; readonly width: 4 | 8 }
  | {
      readonly kind: 'compareAndSet';
      readonly offset: number;
      readonly expected: Uint8Array;
      readonly replacement: Uint8Array;
    }
  | { readonly kind: 'lock' | 'unlock'; readonly lock: LockMode | 'global' };

/** What comes of a request. */
export type StateValue = Region | Uint8Array | number | bigint | boolean | undefined;

export type StateAnswer = { readonly value: StateValue } | { readonly error: ErrorRecord };
