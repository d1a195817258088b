import { describe, expect, it } from '@jest/globals';
import { Budget } from '../../../src/core/budget.ts';
import type { GuestThread } from '../../../src/faaslet/guest-thread.ts';
import { MemoryPool } from '../../../src/faaslet/memory-pool.ts';
import { RegionMap } from '../../../src/faaslet/region-map.ts';
import { portableLayer } from '../../../src/layer/portable.ts';
import { isHeld, markStale, newRegion, type Region } from '../../../src/state/region.ts';

const PAGE = 65_536;
const BASE_PAGE = 4;
const BASE = BASE_PAGE * PAGE;
const NO_LIMIT = 100;

const layer = portableLayer();
let nextId = 1;

function region(pages: number, fill: number): Region {
  const storage = layer.allocate(pages * PAGE);
  layer.write(storage, 0, new Uint8Array(pages * PAGE).fill(fill));
  return newRegion(nextId++, pages * PAGE, storage, true);
}

function setUp({ mappings = 100 } = {}) {
  const budget = Budget.of({ memoryPages: 100, memories: 10, mappings });
  const memories = new MemoryPool(budget);
  const memory = memories.take(1);
  if (memory === undefined) throw new Error('no memory');
  const map = new RegionMap({ layer, budget, memories } as unknown as GuestThread, memory, BASE_PAGE);
  const at = (address: number): number | undefined => memory.bytes[address];
  return { map, memory, budget, at };
}

describe('regions of a Faaslet', () => {
  it('lie above the heap, side by side, and keep their addresses', () => {
    const { map, at } = setUp();
    const [a, b] = [region(1, 1), region(2, 2)];
    expect([map.map('a', a, NO_LIMIT), map.map('b', b, NO_LIMIT)]).toEqual([BASE, BASE + PAGE]);
    expect(map.map('a', a, NO_LIMIT)).toBe(BASE);
    expect([at(BASE), at(BASE + PAGE - 1), at(BASE + PAGE), at(BASE + 3 * PAGE - 1)]).toEqual([1, 1, 2, 2]);
  });

  it('are at most as many as the function may have; those of earlier calls do not count', () => {
    const { map } = setUp();
    map.map('a', region(1, 1), 2);
    map.map('b', region(1, 2), 2);
    expect(() => map.map('c', region(1, 3), 2)).toThrow(expect.objectContaining({ code: 'MAPPING_LIMIT' }));
    map.endCall();
    expect(() => map.map('c', region(1, 3), 2)).not.toThrow();
  });

  it('are refused when the host has no mappings left, and nothing is held', () => {
    const { map } = setUp({ mappings: 3 }); // two of them for the memory
    map.map('a', region(1, 1), NO_LIMIT);
    const refused = region(1, 2);
    expect(() => map.map('b', refused, NO_LIMIT)).toThrow(expect.objectContaining({ code: 'HOST_OVERLOADED' }));
    expect([isHeld(refused), map.find('b')]).toEqual([false, undefined]);
  });

  it('are only found by the call that has asked for them', () => {
    const { map } = setUp();
    const a = region(1, 1);
    map.map('a', a, NO_LIMIT);
    map.endCall();
    expect([map.find('a'), map.active.length, isHeld(a)]).toEqual([undefined, 0, true]);
    expect(map.map('a', a, NO_LIMIT)).toBe(BASE);
    expect(map.find('a')?.region).toBe(a);
  });

  it('are unmapped once they are stale and no call uses them', () => {
    const { map, at } = setUp();
    const a = region(1, 1);
    map.map('a', a, NO_LIMIT);
    markStale(a);
    map.dropStale();
    expect([isHeld(a), at(BASE)]).toEqual([true, 1]);
    map.endCall();
    expect([isHeld(a), at(BASE)]).toEqual([false, 0]);
  });

  it('are all gone after a clear, and their memory reads zero', () => {
    const { map, memory, budget } = setUp();
    const all = [region(1, 1), region(2, 2), region(1, 3)];
    const before = budget.used('mappings');
    for (const [index, one] of all.entries()) map.map(`k${index}`, one, NO_LIMIT);
    map.clear();
    expect(all.some(isHeld)).toBe(false);
    expect(memory.bytes.every((byte) => byte === 0)).toBe(true);
    expect(budget.used('mappings')).toBe(before);
  });

  it('leave gaps that are all there is besides them', () => {
    const { map, memory } = setUp();
    map.map('a', region(1, 1), NO_LIMIT);
    map.map('b', region(1, 2), NO_LIMIT);
    memory.ensurePages(BASE_PAGE + 4);
    expect(map.gaps(PAGE)).toEqual([
      [PAGE, BASE],
      [BASE + 2 * PAGE, BASE + 4 * PAGE],
    ]);
  });
});

describe('regions of the proto-function', () => {
  it('are at the addresses that the zygote got, in every call', () => {
    const { map, at } = setUp();
    const [a, b] = [region(1, 1), region(1, 2)];
    for (let call = 0; call < 3; call += 1) {
      map.mapAt('b', b, BASE + PAGE);
      map.mapAt('a', a, BASE);
      expect([at(BASE), at(BASE + PAGE), map.active.length]).toEqual([1, 2, 2]);
      map.endCall();
    }
  });

  it('give way to the new value of their key', () => {
    const { map, at } = setUp();
    const [before, after] = [region(1, 1), region(1, 7)];
    map.mapAt('a', before, BASE);
    map.endCall();
    map.mapAt('a', after, BASE);
    expect([at(BASE), isHeld(before), isHeld(after)]).toEqual([7, false, true]);
  });

  it('that have become larger take the place of what earlier calls mapped behind them', () => {
    const { map, at } = setUp();
    const b = region(1, 2);
    map.mapAt('a', region(1, 1), BASE);
    map.map('b', b, NO_LIMIT);
    map.endCall();
    map.mapAt('a', region(2, 7), BASE);
    const address = map.map('b', b, NO_LIMIT);
    expect([at(BASE + PAGE), at(address)]).toEqual([7, 2]);
  });

  it('never hide each other: one that has become too large for its place is refused', () => {
    const { map } = setUp();
    const b = region(1, 2);
    const larger = region(2, 7);
    for (let call = 0; call < 2; call += 1) {
      map.mapAt('a', larger, BASE);
      expect(() => map.mapAt('b', b, BASE + PAGE)).toThrow(expect.objectContaining({ code: 'STATE_SIZE_MISMATCH' }));
      map.endCall();
    }
  });
});
