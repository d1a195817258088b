import { FaasmError } from '../core/errors.ts';
import type { Faaslet } from '../faaslet/faaslet.ts';
import type { MaybePromise, StateAccess } from '../host/context.ts';
import type { MemoryLayer } from '../layer/layer.ts';
import type { RegionWish } from '../state/local-tier.ts';
import { hold, markDirty, type Region, releaseHold } from '../state/region.ts';
import type { StateRequest } from './protocol.ts';
import type { ThreadState } from './thread-state.ts';

/** Bytes that a host call copies between two looks at the kill flag: well under 5 ms. */
const COPY_BYTES = 4 * 1024 * 1024;

/** What the state functions need of the call that uses them. */
export interface StateUser {
  readonly user: string;
  readonly faaslet: Faaslet;
  /** Suspends the guest until `resume` is called with the work that gives the result; see Activation. */
  suspend<T>(start: (resume: (work: () => T) => void) => void, abandon?: () => void): Promise<T>;
  poll(): void;
}

/** State access of one call (faasm.md section 3): what the thread holds is used at once, the rest is asked for. */
export function guestState(call: StateUser, thread: ThreadState, layer: MemoryLayer): StateAccess {
  const { user } = call;

  function withRegion<T>(key: string, wish: RegionWish, work: (region: Region | undefined) => T): MaybePromise<T> {
    const known = thread.known(user, key);
    if (known !== undefined && suits(known, wish)) return work(known);
    return ask(key, { kind: 'acquire', wish }, (value) => work(value as Region | undefined));
  }

  function ask<T>(key: string, request: StateRequest, work: (value: unknown) => T): Promise<T> {
    // Held from the answer to the end of the work: what comes between may make the region stale.
    let held: Region | undefined;
    let over = false;
    const letGo = (): void => {
      over = true;
      if (held !== undefined) releaseHold(held);
      held = undefined;
    };
    return call.suspend((resume) => {
      thread.ask(user, key, request, (answer) => {
        // The call may have ended over the wait.
        if (over) return;
        if ('value' in answer && typeof answer.value === 'object') {
          held = answer.value;
          hold(held);
        }
        resume(() => {
          try {
            if ('error' in answer) throw new FaasmError(answer.error.code, answer.error.message);
            return work(answer.value);
          } finally {
            letGo();
          }
        });
      });
    }, letGo);
  }

  return {
    size(key) {
      return thread.known(user, key)?.sizeBytes ?? ask(key, { kind: 'size' }, (size) => size as number);
    },
    pointer(key, length) {
      return withRegion(key, { kind: 'pointer', length }, (region) => {
        const present = existing(region, user, key);
        const address = call.faaslet.regions.map(key, present, call.faaslet.fn.limits.mappings);
        // Stores through the pointer cannot be seen, so whoever has one is taken to write.
        markDirty(present);
        return address;
      });
    },
    read(key, address, length) {
      return withRegion(key, { kind: 'existing' }, (region) => {
        if (region === undefined) return 0;
        const count = Math.min(length, region.sizeBytes);
        const target = call.faaslet.memory.slice(address, count);
        inPieces(call, count, (from, to) => layer.read(region.storage, from, target.subarray(from, to)));
        return count;
      });
    },
    write(key, address, length) {
      return withRegion(key, { kind: 'overwrite', length }, (region) => {
        const present = existing(region, user, key);
        const source = call.faaslet.memory.slice(address, length);
        inPieces(call, length, (from, to) => layer.write(present.storage, from, source.subarray(from, to)));
        markDirty(present);
      });
    },
    push(key) {
      const mapping = call.faaslet.regions.find(key);
      if (mapping !== undefined) {
        // A copied region goes back to its storage first; stores to a shared one may have come after the last push.
        if (!layer.abilities.sharedRegions) {
          layer.write(mapping.region.storage, 0, call.faaslet.memory.slice(mapping.address, mapping.region.sizeBytes));
        }
        markDirty(mapping.region);
      }
      return ask(key, { kind: 'push' }, () => undefined);
    },
  };
}

function suits(region: Region, wish: RegionWish): boolean {
  if (wish.kind === 'existing') return true;
  return wish.kind === 'pointer' ? wish.length <= region.sizeBytes : wish.length === region.sizeBytes;
}

function existing(region: Region | undefined, user: string, key: string): Region {
  if (region !== undefined) return region;
  throw new FaasmError('INTERNAL', `The local tier gave no region for ${user}/${key}.`);
}

function inPieces(call: StateUser, length: number, copy: (from: number, to: number) => void): void {
  for (let from = 0; from < length; from += COPY_BYTES) {
    call.poll();
    copy(from, Math.min(length, from + COPY_BYTES));
  }
}
