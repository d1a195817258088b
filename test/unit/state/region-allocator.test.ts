import { describe, expect, it } from '@jest/globals';
import type { Storage } from '../../../src/layer/layer.ts';
import { portableLayer } from '../../../src/layer/portable.ts';
import { RegionAllocator } from '../../../src/state/region-allocator.ts';
import { fileLayer } from './fake-layer.ts';

const SLOT = 64 * 1024;

const place = (storage: Storage): string => ('fd' in storage ? `${storage.fd}:${storage.offset}` : 'buffer');

describe('storage of regions', () => {
  it('puts small regions into pages of their own in few files', () => {
    const layer = fileLayer();
    const allocator = new RegionAllocator(layer);
    const regions = Array.from({ length: 600 }, (_, index) => allocator.allocate(1 + index));
    expect(new Set(regions.map(place)).size).toBe(600);
    expect(regions.every((storage) => 'fd' in storage && storage.offset % SLOT === 0)).toBe(true);
    expect(layer.files.size).toBe(3);
    expect(regions.map(({ sizeBytes }) => sizeBytes)).toEqual(Array.from({ length: 600 }, (_, index) => 1 + index));
    // Nothing of one is in another, and all of them lie inside their files.
    for (const [index, storage] of regions.entries()) layer.bytesOf({ ...storage, sizeBytes: SLOT }).fill(index % 251);
    for (const [index, storage] of regions.entries()) {
      expect(layer.bytesOf({ ...storage, sizeBytes: SLOT }).every((byte) => byte === index % 251)).toBe(true);
    }
  });

  it('gives a slot to the next region as zeros, also where the last one was smaller than what was written', () => {
    const layer = fileLayer();
    const allocator = new RegionAllocator(layer);
    const first = allocator.allocate(SLOT);
    layer.bytesOf(first).fill(7);
    allocator.release(first);
    const second = allocator.allocate(10);
    expect(place(second)).toBe(place(first));
    expect(layer.bytesOf({ ...second, sizeBytes: SLOT }).some((byte) => byte !== 0)).toBe(false);
    // A Faaslet can write to the whole page that it has mapped.
    layer.bytesOf({ ...second, sizeBytes: SLOT }).fill(8);
    allocator.release(second);
    const third = allocator.allocate(SLOT);
    expect(place(third)).toBe(place(first));
    expect(layer.bytesOf(third).some((byte) => byte !== 0)).toBe(false);
  });

  it('does not zero what lies beside a released slot', () => {
    const layer = fileLayer();
    const allocator = new RegionAllocator(layer);
    const [left, middle, right] = [1, 2, 3].map(() => allocator.allocate(SLOT)) as [Storage, Storage, Storage];
    for (const storage of [left, middle, right]) layer.bytesOf(storage).fill(9);
    allocator.release(middle);
    expect([left, right].every((storage) => layer.bytesOf(storage).every((byte) => byte === 9))).toBe(true);
  });

  it('gives large regions files of their own, closed when released', () => {
    const layer = fileLayer();
    const allocator = new RegionAllocator(layer);
    const large = allocator.allocate(SLOT + 1);
    const other = allocator.allocate(SLOT + 1);
    expect(place(large)).not.toBe(place(other));
    expect(layer.files.size).toBe(2);
    allocator.release(large);
    expect(layer.files.size).toBe(1);
  });

  it('opens no arena where nothing can be shared', () => {
    const storage = new RegionAllocator(portableLayer()).allocate(10);
    expect('buffer' in storage && storage.buffer.byteLength).toBe(10);
  });
});
