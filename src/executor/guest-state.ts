import { FaasmError } from '../core/errors.ts';
import type { StateRange } from '../core/global-state.ts';
import type { Faaslet } from '../faaslet/faaslet.ts';
import type { MaybePromise, StateAccess, StateSpan } from '../host/context.ts';
import type { MemoryLayer } from '../layer/layer.ts';
import { beginUse, endUse, hold, isPresent, type Region, releaseHold } from '../state/region.ts';
import type { StateRequest, StateValue } from '../state/state-requests.ts';
import { fitForUse, regionOf, type StateReply, type ThreadState } from './thread-state.ts';

/** Bytes that a host call copies between two looks at the kill flag: well under 5 ms. */
const COPY_BYTES = 4 * 1024 * 1024;

/** What the state functions need of the call that uses them. */
export interface StateUser {
  readonly id: number;
  readonly user: string;
  readonly faaslet: Faaslet;
  /** Suspends the guest until `resume` is called with the work that gives the result; see Activation. */
  suspend<T>(start: (resume: (work: () => T) => void) => void, abandon?: () => void): Promise<T>;
  poll(): void;
}

/** State access of one call, and what its end has to do with it. */
export interface GuestState extends StateAccess {
  /** The call is over, however it ended: its locks are given back. */
  ended(): void;
}

/** State access of one call (docs/state.md): what the thread holds is used at once, the rest is asked for. */
export function guestState(call: StateUser, thread: ThreadState, layer: MemoryLayer): GuestState {
  const { id, user } = call;
  /** Keys of which the call has said that it declares what it changes. */
  const declared = new Set<string>();
  let locked = false;

  function ask<T>(key: string, request: StateRequest, work: (value: StateValue) => T): Promise<T> {
    return wait((reply) => thread.ask(id, user, key, request, reply), work);
  }

  function wait<T>(start: (reply: StateReply) => void, work: (value: StateValue) => T): Promise<T> {
    // Held and in use from the answer to the end of the work: what comes between may make the region stale.
    let held: Region | undefined;
    let over = false;
    const letGo = (): void => {
      over = true;
      if (held === undefined) return;
      endUse(held);
      releaseHold(held);
      held = undefined;
    };
    return call.suspend((resume) => {
      start((answer) => {
        // The call may have ended over the wait.
        if (over) return;
        held = regionOf(answer);
        if (held !== undefined) {
          hold(held);
          beginUse(held);
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

  /** The value with [offset, offset + length) fetched; undefined when the key holds nothing. */
  function withValue<T>(
    key: string,
    offset: number,
    length: number,
    work: (region: Region | undefined) => T,
  ): MaybePromise<T> {
    const known = thread.known(user, key);
    const end = offset + length;
    if (known !== undefined && isPresent(known, offset, Math.min(end, known.sizeBytes))) return work(known);
    const request = { kind: 'acquire', wish: { kind: 'existing', offset, length } } as const;
    return ask(key, request, (value) => work(value as Region | undefined));
  }

  function copyIn(region: Region, offset: number, address: number, length: number): void {
    const target = call.faaslet.memory.slice(address, length);
    inPieces(call, length, (from, to) => layer.read(region.storage, offset + from, target.subarray(from, to)));
  }

  function copyOut(address: number, length: number): Uint8Array {
    const source = call.faaslet.memory.slice(address, length);
    const bytes = new Uint8Array(length);
    inPieces(call, length, (from, to) => bytes.set(source.subarray(from, to), from));
    return bytes;
  }

  /** What the call has changed in a copy of its own, for the host to have. */
  function changes(key: string): readonly StateRange[] {
    return call.faaslet.regions.find(key)?.copy?.takeChanges() ?? [];
  }

  /** The host's value has changed: a copy of the call's own has to follow. */
  function refreshed(key: string): void {
    call.faaslet.regions.find(key)?.copy?.refresh();
  }

  return {
    size(key) {
      return thread.known(user, key)?.sizeBytes ?? ask(key, { kind: 'size' }, (size) => size as number);
    },
    pointer(key, totalBytes, span) {
      const { offset, length } = span ?? { offset: 0, length: Number.POSITIVE_INFINITY };
      // What is changed in a copy is told from what was copied.
      const declares = declared.has(key) || !layer.abilities.sharedRegions;
      const map = (region: Region): number => {
        const { regions, fn } = call.faaslet;
        return regions.map(key, region, fn.limits.mappings, { offset, length, declares }) + offset;
      };
      const known = thread.known(user, key);
      if (known !== undefined && suits(known, totalBytes, span)) {
        let address = 0;
        const mapped = fitForUse(known, declares, () => {
          address = map(known);
        });
        if (mapped) return address;
      }
      const wish = { kind: 'pointer', totalBytes, offset, length, declares } as const;
      return wait(
        (reply) => thread.askPointer(id, user, key, wish, reply),
        (value) => map(value as Region),
      );
    },
    read(key, address, length) {
      return withValue(key, 0, length, (region) => {
        if (region === undefined) return 0;
        const count = Math.min(length, region.sizeBytes);
        copyIn(region, 0, address, count);
        return count;
      });
    },
    readSpan(key, span, address) {
      return withValue(key, span.offset, span.length, (region) => {
        checkSpan(region, user, key, span);
        if (region !== undefined) copyIn(region, span.offset, address, span.length);
      });
    },
    write(key, address, length) {
      return ask(key, { kind: 'write', bytes: copyOut(address, length) }, () => refreshed(key));
    },
    writeSpan(key, { totalBytes, offset, length }, address) {
      const place = { totalBytes, offset };
      return ask(key, { kind: 'write', bytes: copyOut(address, length), place }, () => refreshed(key));
    },
    set(key, bytes) {
      const { length } = bytes;
      return ask(key, { kind: 'set', bytes }, () => {
        refreshed(key);
        return length;
      });
    },
    declare(key, span) {
      declared.add(key);
      if (span?.length === 0) return;
      return ask(key, { kind: 'declare', changes: changes(key), ...(span && { range: span }) }, nothing);
    },
    push(key, pulls = false) {
      return ask(key, { kind: 'push', pulls, changes: changes(key) }, () => refreshed(key));
    },
    pushMasked(key, mask) {
      const request = { kind: 'pushMasked', mask, changes: changes(key), maskChanges: changes(mask) } as const;
      return ask(key, request, () => {
        refreshed(key);
        refreshed(mask);
      });
    },
    pull(key, length) {
      return ask(key, { kind: 'pull', length, changes: changes(key) }, () => refreshed(key));
    },
    append(key, address, length) {
      return ask(key, { kind: 'append', bytes: copyOut(address, length) }, nothing);
    },
    readAppended(key, address, length, count) {
      return ask(key, { kind: 'readAppended', count, maxBytes: length }, (value) => {
        const records = value as Uint8Array;
        const target = call.faaslet.memory.slice(address, records.length);
        inPieces(call, records.length, (from, to) => target.set(records.subarray(from, to), from));
      });
    },
    clearAppended: (key) => ask(key, { kind: 'clearAppended' }, nothing),
    add(key, offset, delta, width) {
      return ask(key, { kind: 'add', offset, delta, width }, (value) => {
        refreshed(key);
        return value as bigint;
      });
    },
    compareAndSet(key, offset, expected, replacement) {
      return ask(key, { kind: 'compareAndSet', offset, expected, replacement }, (value) => {
        refreshed(key);
        return value === true ? 1 : 0;
      });
    },
    lock(key, lock) {
      locked = true;
      return ask(key, { kind: 'lock', lock }, nothing);
    },
    unlock: (key, lock) => ask(key, { kind: 'unlock', lock }, nothing),
    ended() {
      if (locked) thread.ended(id);
      locked = false;
    },
  };
}

function suits(region: Region, totalBytes: number, span: StateSpan | undefined): boolean {
  if (totalBytes > region.sizeBytes) return false;
  const { offset, length } = span ?? { offset: 0, length: region.sizeBytes };
  return offset + length <= region.sizeBytes && isPresent(region, offset, offset + length);
}

function checkSpan(region: Region | undefined, user: string, key: string, span: StateSpan): void {
  if (region === undefined) throw new FaasmError('STATE_NOT_FOUND', `State ${user}/${key} holds no value to read.`);
  const needed = Math.max(span.totalBytes, span.offset + span.length);
  if (needed <= region.sizeBytes) return;
  throw new FaasmError(
    'STATE_SIZE_MISMATCH',
    `State ${user}/${key} holds ${region.sizeBytes} bytes, but ${needed} were asked for.`,
  );
}

function inPieces(call: StateUser, length: number, copy: (from: number, to: number) => void): void {
  for (let from = 0; from < length; from += COPY_BYTES) {
    call.poll();
    copy(from, Math.min(length, from + COPY_BYTES));
  }
}

function nothing(): void {}
