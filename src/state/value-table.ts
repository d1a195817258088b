import { FaasmError } from '../core/errors.ts';
import type { Region } from './region.ts';
import type { RegionStore } from './region-store.ts';
import { type LocalValue, localValue, valueName } from './value.ts';

/** Told when a key's storage changed, so that threads forget what they hold. */
export type RegionReplaced = (user: string, key: string) => void;

/** The values that this host holds, by user and key. */
export class ValueTable {
  readonly #store: RegionStore;
  readonly #replaced: RegionReplaced;
  readonly #values = new Map<string, LocalValue>();

  /** `store` gets the regions of values that are retired. */
  constructor(store: RegionStore, replaced: RegionReplaced) {
    this.#store = store;
    this.#replaced = replaced;
  }

  get(user: string, key: string): LocalValue | undefined {
    return this.#values.get(valueName(user, key));
  }

  /** The value, where there has to be one. Throws `STATE_UNINITIALISED`. */
  present(user: string, key: string): LocalValue {
    const value = this.get(user, key);
    if (value !== undefined) return value;
    throw new FaasmError(
      'STATE_UNINITIALISED',
      `State ${valueName(user, key)} has no value on this host to push: read or write it first.`,
    );
  }

  /** The values at this moment. */
  all(): readonly LocalValue[] {
    return [...this.#values.values()];
  }

  /** The key's value lies in `region` from here on; `version` as in LocalValue. */
  put(user: string, key: string, region: Region, version: number): LocalValue {
    const value = localValue(user, key, region, version);
    this.#values.set(valueName(user, key), value);
    return value;
  }

  /** The host does not hold the value any more; whoever has it mapped keeps what there is. */
  retire(value: LocalValue): void {
    const { user, key, region, twin } = value;
    this.#values.delete(valueName(user, key));
    twin?.release();
    value.twin = undefined;
    this.#store.retire(user, region);
    this.#replaced(user, key);
  }
}
