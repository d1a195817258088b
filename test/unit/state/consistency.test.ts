import { describe, expect, it } from '@jest/globals';
import { Budget } from '../../../src/core/budget.ts';
import { FaasmError, toFaasmError } from '../../../src/core/errors.ts';
import type { GlobalState } from '../../../src/core/global-state.ts';
import { LocalLocks } from '../../../src/state/local-locks.ts';
import { LocalTier } from '../../../src/state/local-tier.ts';
import { beginUse, endUse, type Region, releaseHold, STATE_PAGE_BYTES, touch } from '../../../src/state/region.ts';
import { memoryGlobalState } from '../../../src/stores/memory-global-state.ts';
import { randomNumbers } from '../../support/runtime.ts';
import { fileLayer } from './fake-layer.ts';

const SIZE = 3 * STATE_PAGE_BYTES + 100;
const PAGES = Math.ceil(SIZE / STATE_PAGE_BYTES);
const USER = 'u';
const KEY = 'k';

/** A host as a few lines say it should be: the slowest way to do what the local tier does. */
class ModelHost {
  readonly here = new Uint8Array(SIZE);
  /** What the global tier was last known to have; undefined while nobody changes the value without declaring it. */
  base: Uint8Array | undefined;
  touched = false;
  readonly dirty = new Set<number>();
  readonly pages = new Set<number>();

  fetch(global: Uint8Array, from: number, to: number): void {
    for (let page = Math.floor(from / STATE_PAGE_BYTES); page * STATE_PAGE_BYTES < to; page += 1) {
      if (this.pages.has(page)) continue;
      this.pages.add(page);
      for (let at = page * STATE_PAGE_BYTES; at < Math.min(SIZE, (page + 1) * STATE_PAGE_BYTES); at += 1) {
        if (!this.dirty.has(at)) this.here[at] = global[at] ?? 0;
        if (this.base) this.base[at] = global[at] ?? 0;
      }
    }
  }

  changed(at: number): boolean {
    return this.dirty.has(at) || (this.touched && this.base !== undefined && this.here[at] !== this.base[at]);
  }

  push(global: Uint8Array): void {
    for (let at = 0; at < SIZE; at += 1) {
      if (!this.changed(at)) continue;
      global[at] = this.here[at] ?? 0;
      if (this.base) this.base[at] = global[at] ?? 0;
    }
    this.dirty.clear();
    this.touched = false;
  }

  pull(global: Uint8Array): void {
    for (let at = 0; at < SIZE; at += 1) {
      if (!this.pages.has(Math.floor(at / STATE_PAGE_BYTES))) continue;
      if (!this.changed(at)) this.here[at] = global[at] ?? 0;
      if (this.base) this.base[at] = global[at] ?? 0;
    }
    this.fetch(global, 0, SIZE);
  }

  /** The global tier has set these bytes itself. */
  take(global: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to; at += 1) {
      this.dirty.delete(at);
      if (!this.pages.has(Math.floor(at / STATE_PAGE_BYTES))) continue;
      this.here[at] = global[at] ?? 0;
      if (this.base) this.base[at] = global[at] ?? 0;
    }
  }

  /** Memory is short: what nobody needs is dropped. */
  shrink(): void {
    if (!this.touched) this.base = undefined;
    if (this.touched || this.dirty.size > 0) return;
    this.pages.clear();
    this.here.fill(0);
  }
}

/** A host under test, with the storage that its Faaslets would map. */
function realHost(global: GlobalState, memoryPages: number) {
  const layer = fileLayer();
  const tier = new LocalTier({
    global,
    layer,
    budget: Budget.of({ memoryPages, memories: 0, mappings: 0 }),
    valueLimitBytes: 1024 * 1024,
    userLimitBytes: 1024 * 1024,
    replaced: () => undefined,
  });

  async function mapped(offset: number, length: number, declares: boolean, work: (region: Region) => void) {
    const wish = { kind: 'pointer', totalBytes: 0, offset, length, declares } as const;
    const region = await tier.acquire(USER, KEY, wish);
    if (region === undefined) throw new Error('no region');
    beginUse(region);
    if (!declares) touch(region);
    work(region);
    endUse(region);
    releaseHold(region);
  }

  return {
    tier,
    store: (offset: number, bytes: Uint8Array, declares: boolean) =>
      mapped(offset, bytes.length, declares, (region) => layer.write(region.storage, offset, bytes)),
    async read(offset: number, length: number): Promise<Uint8Array> {
      const region = await tier.acquire(USER, KEY, { kind: 'existing', offset, length });
      if (region === undefined) throw new Error('no region');
      const bytes = new Uint8Array(length);
      layer.read(region.storage, offset, bytes);
      releaseHold(region);
      return bytes;
    },
  };
}

/** Offsets around the ends of pages are as likely as all others together. */
function someRange(random: (limit: number) => number): readonly [offset: number, length: number] {
  const near = random(PAGES) * STATE_PAGE_BYTES + random(16) - 8;
  const offset = Math.min(SIZE - 9, Math.max(0, random(2) === 0 ? near : random(SIZE)));
  const longest = random(8) === 0 ? SIZE : 12;
  return [offset, 1 + random(Math.min(longest, SIZE - offset))];
}

describe('the local tier against a simple model', () => {
  it.each([1, 2, 3, 4, 5, 6])('does the same, operation by operation, on two hosts; seed %i', async (seed) => {
    const random = randomNumbers(seed * 7919);
    const bytesOf = (length: number) => Uint8Array.from({ length }, () => 1 + random(255));
    const global = memoryGlobalState();
    const model = { global: bytesOf(SIZE), hosts: [new ModelHost(), new ModelHost()] as const };
    await global.write(USER, KEY, model.global.slice());
    const hosts = [realHost(global, 2), realHost(global, 2)] as const;
    const counts = { dropped: 0 };

    for (let step = 0; step < 400; step += 1) {
      const which = random(2) as 0 | 1;
      const host = hosts[which];
      const simple = model.hosts[which];
      const [offset, length] = someRange(random);
      const end = offset + length;
      switch (random(9)) {
        case 0: {
          const bytes = bytesOf(length);
          await host.store(offset, bytes, false);
          simple.fetch(model.global, offset, end);
          simple.base ??= simple.here.slice();
          simple.touched = true;
          simple.here.set(bytes, offset);
          break;
        }
        case 1: {
          const bytes = bytesOf(length);
          await host.store(offset, bytes, true);
          await host.tier.declare(USER, KEY, { offset, length });
          simple.fetch(model.global, offset, end);
          simple.here.set(bytes, offset);
          for (let at = offset; at < end; at += 1) simple.dirty.add(at);
          break;
        }
        case 2: {
          const bytes = bytesOf(length);
          await host.tier.write(USER, KEY, bytes, { offset, totalBytes: SIZE });
          simple.fetch(model.global, offset, end);
          simple.here.set(bytes, offset);
          for (let at = offset; at < end; at += 1) simple.dirty.add(at);
          break;
        }
        case 3:
        case 4:
          await host.read(offset, 1);
          await host.tier.push(USER, KEY);
          simple.fetch(model.global, offset, offset + 1);
          simple.push(model.global);
          break;
        case 5:
          await host.tier.pull(USER, KEY, SIZE);
          simple.pull(model.global);
          break;
        case 6: {
          const at = Math.min(offset, SIZE - 4);
          const view = new DataView(model.global.buffer);
          view.setInt32(at, (view.getInt32(at, true) + length) | 0, true);
          expect((await host.tier.add(USER, KEY, at, BigInt(length), 4)).sum).toBe(BigInt(view.getInt32(at, true)));
          simple.take(model.global, at, at + 4);
          break;
        }
        case 7: {
          const expected = random(2) === 0 ? model.global.slice(offset, end) : bytesOf(length);
          const replacement = bytesOf(length);
          const equal = Buffer.compare(expected, model.global.subarray(offset, end)) === 0;
          expect((await host.tier.compareAndSet(USER, KEY, offset, expected, replacement)) !== undefined).toBe(equal);
          if (equal) model.global.set(replacement, offset);
          simple.take(model.global, offset, end);
          break;
        }
        default: {
          // Another value takes all the memory there is, for a moment, if the host can make room.
          const wish = { kind: 'pointer', totalBytes: 2 * 65_536, offset: 0, length: 1, declares: true } as const;
          const large = await host.tier.acquire(USER, 'large', wish).catch((error: unknown) => {
            expect(toFaasmError(error).code).toBe('HOST_OVERLOADED');
          });
          if (large) {
            releaseHold(large);
            await host.tier.remove(USER, 'large');
            counts.dropped += simple.pages.size > 0 ? 1 : 0;
          }
          simple.shrink();
        }
      }
      const [from, count] = someRange(random);
      simple.fetch(model.global, from, from + count);
      expect(Buffer.compare(await host.read(from, count), simple.here.subarray(from, from + count))).toBe(0);
    }
    expect(counts.dropped).toBeGreaterThan(0);
    for (const host of hosts) await host.tier.push(USER, KEY);
    for (const simple of model.hosts) simple.push(model.global);
    const kept = (await global.read(USER, KEY, 0, SIZE))?.bytes ?? new Uint8Array();
    expect(Buffer.compare(kept, model.global)).toBe(0);
    for (const host of hosts) {
      await host.tier.pull(USER, KEY, SIZE);
      expect(Buffer.compare(await host.read(0, SIZE), model.global)).toBe(0);
    }
  });

  it.each([1, 2, 3])('loses nothing where all go on at the same time; seed %i', async (seed) => {
    const random = randomNumbers(seed * 104_729);
    const plain = memoryGlobalState();
    /** Answers come late, in another order, and sometimes not at all. */
    const late = async <T>(work: () => Promise<T>): Promise<T> => {
      for (let turns = random(3); turns > 0; turns -= 1) await new Promise<void>((resolve) => setImmediate(resolve));
      if (random(20) === 0) throw new FaasmError('STATE_UNAVAILABLE', 'The tier is away.');
      const answer = await work();
      if (random(4) === 0) await new Promise<void>((resolve) => setImmediate(resolve));
      return answer;
    };
    await plain.write(USER, KEY, new Uint8Array(SIZE));
    const global: GlobalState = {
      name: plain.name,
      stat: (...args) => late(() => plain.stat(...args)),
      read: (...args) => late(() => plain.read(...args)),
      write: (...args) => late(() => plain.write(...args)),
      writeRanges: (...args) => late(() => plain.writeRanges(...args)),
      remove: (...args) => plain.remove(...args),
      list: (...args) => plain.list(...args),
      append: (...args) => plain.append(...args),
      readAppended: (...args) => plain.readAppended(...args),
      clearAppended: (...args) => plain.clearAppended(...args),
      add: (...args) => plain.add(...args),
      compareAndSet: (...args) => plain.compareAndSet(...args),
      lock: (...args) => plain.lock(...args),
      renew: (...args) => plain.renew(...args),
      unlock: (...args) => plain.unlock(...args),
      check: () => plain.check(),
      close: () => plain.close(),
    };
    const hosts = [realHost(global, 100), realHost(global, 100)] as const;
    const locks = new LocalLocks();
    const workers = 6;
    const last = new Uint8Array(SIZE);
    /** Each worker has bytes of its own, side by side with those of all others. */
    const worker = async (own: number): Promise<void> => {
      const host = hosts[own % 2] as (typeof hosts)[number];
      const name = `host ${own % 2}`;
      for (let step = 0; step < 60; step += 1) {
        const at = random(Math.floor(SIZE / workers)) * workers + own;
        const value = 1 + random(255);
        const bytes = Uint8Array.of(value);
        try {
          const does = random(5);
          if (does === 0) await host.store(at, bytes, false);
          else if (does === 1) await host.tier.write(USER, KEY, bytes, { offset: at, totalBytes: SIZE });
          else if (does === 2) {
            // What is not declared yet may be undone by a pull: a lock keeps them apart.
            await locks.lock(name, String(own), 'write');
            await host.store(at, bytes, true).catch((error: unknown) => {
              locks.unlock(name, String(own), 'write');
              throw error;
            });
            await host.tier.declare(USER, KEY, { offset: at, length: 1 });
            locks.unlock(name, String(own), 'write');
          }
          if (does < 3) last[at] = value;
          if (does === 3) await host.tier.push(USER, KEY);
          if (does === 4) {
            await locks.lock(name, String(own), 'read');
            await host.tier.pull(USER, KEY, SIZE).finally(() => locks.unlock(name, String(own), 'read'));
          }
        } catch (error) {
          // A store whose region could not be had has not happened; pushes and pulls are repeated later.
          expect(['STATE_UNAVAILABLE', 'STATE_UNINITIALISED']).toContain(toFaasmError(error).code);
        }
      }
    };
    await Promise.all(Array.from({ length: workers }, (_, own) => worker(own)));
    const insist = async (work: () => Promise<void>): Promise<void> => {
      for (;;) {
        try {
          return await work();
        } catch (error) {
          expect(toFaasmError(error).code).toBe('STATE_UNAVAILABLE');
        }
      }
    };
    for (const { tier } of hosts) await insist(() => tier.push(USER, KEY));
    for (const { tier } of hosts) await insist(() => tier.pull(USER, KEY, SIZE));
    for (const host of hosts) expect(await host.read(0, SIZE)).toEqual(last);
    expect((await plain.read(USER, KEY, 0, SIZE))?.bytes).toEqual(last);
  });
});
