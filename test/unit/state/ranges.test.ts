import { describe, expect, it } from '@jest/globals';
import { Budget } from '../../../src/core/budget.ts';
import { portableLayer } from '../../../src/layer/portable.ts';
import { differences } from '../../../src/state/differences.ts';
import { RangeSet } from '../../../src/state/range-set.ts';
import { isPresent, markPresent, newRegion, pageRuns, STATE_PAGE_BYTES } from '../../../src/state/region.ts';
import { CHUNK_BYTES, Twin } from '../../../src/state/twin.ts';
import { randomNumbers } from '../../support/runtime.ts';

const PAGE = STATE_PAGE_BYTES;

function rangesOf(bytes: ReadonlySet<number>): number[][] {
  const ranges: number[][] = [];
  for (const at of [...bytes].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === at) last[1] = at + 1;
    else ranges.push([at, at + 1]);
  }
  return ranges;
}

function without(bytes: ReadonlySet<number>, others: ReadonlySet<number>): Set<number> {
  return new Set([...bytes].filter((at) => !others.has(at)));
}

describe('a set of ranges', () => {
  it.each([1, 2, 3, 4])('is as a set of single bytes is; seed %i', (seed) => {
    const random = randomNumbers(seed * 31_337);
    const ranges = new RangeSet();
    const bytes = new Set<number>();
    for (let step = 0; step < 500; step += 1) {
      const from = random(60);
      const to = Math.min(64, from + random(9));
      const adds = random(3) > 0;
      if (adds) ranges.add(from, to);
      else ranges.remove(from, to);
      for (let at = from; at < to; at += 1) {
        if (adds) bytes.add(at);
        else bytes.delete(at);
      }
      expect(ranges.ranges).toEqual(rangesOf(bytes));
      const [first, last] = [random(64), random(64)];
      const missing = new Set(
        Array.from({ length: 64 }, (_, at) => at).filter((at) => at >= first && at < last && !bytes.has(at)),
      );
      expect(ranges.gaps(first, last)).toEqual(rangesOf(missing));
      expect(ranges.covers(first, last)).toBe(missing.size === 0);
      if (random(50) > 0) continue;
      expect(ranges.take().ranges).toEqual(rangesOf(bytes));
      expect(ranges.empty).toBe(true);
      bytes.clear();
    }
  });

  it.each([1, 2, 3])('takes in another set and is rid of one, as sets of single bytes do; seed %i', (seed) => {
    const random = randomNumbers(seed * 7717);
    const someSet = () => {
      const ranges = new RangeSet();
      for (let count = random(8); count > 0; count -= 1) {
        const from = random(60);
        ranges.add(from, from + random(9));
      }
      const bytes = new Set(
        ranges.ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i)),
      );
      return { ranges, bytes };
    };
    for (let time = 0; time < 300; time += 1) {
      const [one, other] = [someSet(), someSet()];
      const before = rangesOf(other.bytes);
      const adds = random(2) === 0;
      if (adds) one.ranges.addAll(other.ranges);
      else one.ranges.removeAll(other.ranges);
      expect(one.ranges.ranges).toEqual(
        rangesOf(adds ? new Set([...one.bytes, ...other.bytes]) : without(one.bytes, other.bytes)),
      );
      expect(other.ranges.ranges).toEqual(before);
    }
  });
});

describe('differences', () => {
  it.each([0, 1, 2, 3])('are found byte by byte, wherever the bytes lie; offset %i', (start) => {
    const random = randomNumbers(5 + start);
    for (let time = 0; time < 200; time += 1) {
      const length = random(40);
      const a = new Uint8Array(64).subarray(start, start + length);
      const b = new Uint8Array(64).subarray(time % 2 === 0 ? start : 0).subarray(0, length);
      const differing = new Set<number>();
      for (let count = random(6); count > 0 && length > 0; count -= 1) {
        const at = random(length);
        a[at] = 1 + random(255);
        differing.add(at);
      }
      const found: number[][] = [];
      differences(a, b, (from, to) => found.push([from, to]));
      expect(found).toEqual(rangesOf(differing));
    }
  });
});

describe('pages of a region', () => {
  it('are there once all of them has been marked, the last one where the value ends', () => {
    const region = newRegion(1, 2 * PAGE + 10, { buffer: new SharedArrayBuffer(0), sizeBytes: 0 }, false);
    expect(isPresent(region, 0, 1)).toBe(false);
    expect(pageRuns(region, 0, region.sizeBytes, false)).toEqual([[0, region.sizeBytes]]);
    markPresent(region, 1, 2 * PAGE - 1);
    expect(isPresent(region, PAGE, PAGE + 1)).toBe(false);
    markPresent(region, 2 * PAGE, region.sizeBytes);
    expect([isPresent(region, 2 * PAGE, region.sizeBytes), isPresent(region, 0, region.sizeBytes)]).toEqual([
      true,
      false,
    ]);
    expect(pageRuns(region, 0, region.sizeBytes, false)).toEqual([[0, 2 * PAGE]]);
    expect(pageRuns(region, PAGE + 5, PAGE + 6, false)).toEqual([[PAGE, 2 * PAGE]]);
    expect(pageRuns(region, 0, region.sizeBytes, true)).toEqual([[2 * PAGE, region.sizeBytes]]);
    markPresent(region, 0, 2 * PAGE);
    expect(isPresent(region, 0, region.sizeBytes)).toBe(true);
  });
});

describe('a twin', () => {
  it('takes memory of the budget for what is not zero, and gives it back', () => {
    const budget = Budget.of({ memoryPages: 2, memories: 0, mappings: 0 });
    const twin = new Twin(budget, portableLayer(), 10 * CHUNK_BYTES);
    twin.set(0, new Uint8Array(5 * CHUNK_BYTES));
    expect([twin.pages, budget.used('memoryPages')]).toEqual([0, 0]);
    twin.set(CHUNK_BYTES - 2, Uint8Array.of(1, 2, 3, 4));
    expect([twin.pages, budget.used('memoryPages')]).toEqual([2, 2]);
    expect([...twin.chunk(CHUNK_BYTES).subarray(0, 3)]).toEqual([3, 4, 0]);
    expect(() => twin.set(3 * CHUNK_BYTES, Uint8Array.of(1))).toThrow(
      expect.objectContaining({ code: 'HOST_OVERLOADED' }),
    );
    twin.release();
    expect([twin.pages, budget.used('memoryPages')]).toEqual([0, 0]);
  });
});
