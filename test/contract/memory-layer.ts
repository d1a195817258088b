import { describe, expect, it } from '@jest/globals';
import type { MemoryLayer, Storage } from '../../src/layer/layer.ts';
import { runGuardWorker } from '../support/guard-worker.ts';

const PAGE = 65_536;
const OS_PAGE = 4096;

const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

/** Comparing large arrays element by element takes the test runner seconds. */
const onlyHolds = (found: Uint8Array, length: number, value: number): boolean =>
  found.length === length && found.every((byte) => byte === value);

/** What both memory layers do; what a layer does better is asked of its abilities. */
export function memoryLayerContract(name: 'native' | 'portable', open: () => MemoryLayer): void {
  const layer = open();
  const { abilities } = layer;
  const memory = (pages = 8): WebAssembly.Memory => new WebAssembly.Memory({ initial: pages, maximum: 65_536 });
  const view = (of: WebAssembly.Memory, from = 0, length = of.buffer.byteLength - from): Uint8Array =>
    new Uint8Array(of.buffer, from, length);
  const read = (storage: Storage, offset: number, length: number): Uint8Array => {
    const target = new Uint8Array(length);
    layer.read(storage, offset, target);
    return target;
  };

  describe(`memory layer: ${name}`, () => {
    it('says what it is', () => {
      const able = name === 'native';
      expect(layer.name).toBe(name);
      expect(abilities).toEqual({ preciseKill: able, sharedRegions: able, copyOnWrite: able, cpuTime: able });
    });

    it('allocates zeroed storage of the size that was asked for, and of no more', () => {
      for (const size of [1, 100, PAGE, PAGE + 1, 5 * PAGE]) {
        const storage = layer.allocate(size);
        expect(storage.sizeBytes).toBe(size);
        expect(onlyHolds(read(storage, 0, size), size, 0)).toBe(true);
        layer.release(storage);
      }
    });

    it('reads what was written, at any offset', () => {
      const storage = layer.allocate(3 * PAGE);
      layer.write(storage, 0, bytes(3 * PAGE, 1));
      layer.write(storage, PAGE - 3, Uint8Array.of(7, 8, 9, 10, 11));
      expect(read(storage, PAGE - 4, 7)).toEqual(Uint8Array.of(1, 7, 8, 9, 10, 11, 1));
      layer.write(storage, 3 * PAGE - 1, Uint8Array.of(5));
      expect(read(storage, 3 * PAGE - 1, 1)).toEqual(Uint8Array.of(5));
      layer.release(storage);
    });

    it('merges bytes at any offset, but for those that differ from a base', () => {
      const size = 2 * PAGE + 13;
      const storage = layer.allocate(size);
      const expected = bytes(size, 1);
      layer.write(storage, 0, expected);
      for (const [offset, length] of [
        [0, 8],
        [PAGE - 3, 7],
        [21, 2],
        [30, 1000],
        [PAGE + 8, PAGE],
        [size - 6, 6],
      ] as const) {
        const theirs = Uint8Array.from({ length }, (_, at) => (at * 7 + offset) % 251);
        layer.merge(storage, offset, theirs);
        expected.set(theirs, offset);
        expect(Buffer.compare(read(storage, 0, size), expected)).toBe(0);
        // One byte in three is taken for changed here.
        const base = theirs.map((value, at) => (at % 3 === 0 ? value ^ 128 : value));
        layer.merge(storage, offset, bytes(length, 255), base);
        theirs.forEach((value, at) => {
          expected[offset + at] = at % 3 === 0 ? value : 255;
        });
        expect(Buffer.compare(read(storage, 0, size), expected)).toBe(0);
      }
      layer.merge(storage, 0, new Uint8Array());
      layer.release(storage);
    });

    it('compares bytes at any offset, also after storage was written, zeroed and given to somebody else', () => {
      const size = 3 * PAGE;
      const storage = layer.allocate(size);
      layer.write(storage, 0, bytes(size, 1));
      expect(layer.matches(storage, 0, bytes(size, 1))).toBe(true);
      layer.write(storage, 2 * PAGE + 7, Uint8Array.of(9));
      expect(layer.matches(storage, 0, bytes(size, 1))).toBe(false);
      expect(layer.matches(storage, 2 * PAGE + 6, Uint8Array.of(1, 9, 1))).toBe(true);
      expect(layer.matches(storage, PAGE + 3, bytes(PAGE, 1))).toBe(true);
      layer.zero(storage);
      expect(layer.matches(storage, 0, bytes(size, 0))).toBe(true);
      layer.release(storage);
      // Another one has the same descriptor where there are such.
      const other = layer.allocate(PAGE);
      layer.write(other, 0, bytes(PAGE, 4));
      expect(layer.matches(other, 0, bytes(PAGE, 4))).toBe(true);
      expect(layer.matches(other, 1, bytes(PAGE - 1, 1))).toBe(false);
      layer.release(other);
    });

    it('compares many files in turn, and is certain where it says that they match', () => {
      const files = Array.from({ length: 200 }, (_, value) => {
        const storage = layer.allocate(PAGE);
        layer.write(storage, 0, bytes(PAGE, value));
        return storage;
      });
      for (let round = 0; round < 2; round += 1) {
        const found = files.map((storage, value) => layer.matches(storage, 5, bytes(100, value)));
        expect(found.every(Boolean)).toBe(true);
        expect(files.some((storage, value) => layer.matches(storage, 5, bytes(100, value + 1)))).toBe(false);
      }
      for (const storage of files) layer.release(storage);
    });

    it('zeroes storage', () => {
      const storage = layer.allocate(2 * PAGE);
      layer.write(storage, 0, bytes(2 * PAGE, 3));
      layer.zero(storage);
      expect(onlyHolds(read(storage, 0, 2 * PAGE), 2 * PAGE, 0)).toBe(true);
      layer.release(storage);
    });

    it('refuses storage that nobody has room for', () => {
      expect(() => layer.allocate(2 ** 60)).toThrow(expect.objectContaining({ code: 'HOST_OVERLOADED' }));
    });

    it('puts a region where it is told, and touches nothing beside it', () => {
      const storage = layer.allocate(2 * PAGE);
      layer.write(storage, 0, bytes(2 * PAGE, 4));
      const target = memory();
      view(target).fill(1);
      layer.mapRegion(target.buffer as ArrayBuffer, 3 * PAGE, storage);
      expect(onlyHolds(view(target, 0, 3 * PAGE), 3 * PAGE, 1)).toBe(true);
      expect(onlyHolds(view(target, 3 * PAGE, 2 * PAGE), 2 * PAGE, 4)).toBe(true);
      expect(onlyHolds(view(target, 5 * PAGE), 3 * PAGE, 1)).toBe(true);
    });

    it('shares regions between memories, or copies them, as its abilities say', () => {
      const storage = layer.allocate(PAGE);
      const [one, other] = [memory(), memory()];
      layer.mapRegion(one.buffer as ArrayBuffer, PAGE, storage);
      layer.mapRegion(other.buffer as ArrayBuffer, 2 * PAGE, storage);
      view(one)[PAGE + 9] = 77;
      const seen = abilities.sharedRegions ? 77 : 0;
      expect([view(other)[2 * PAGE + 9], read(storage, 9, 1)[0]]).toEqual([seen, seen]);
      layer.write(storage, 10, Uint8Array.of(66));
      expect(view(other)[2 * PAGE + 10]).toBe(abilities.sharedRegions ? 66 : 0);
      // A mapping lives on when the memory grows, and when the storage is given back.
      one.grow(4);
      layer.release(storage);
      expect(view(one)[PAGE + 9]).toBe(77);
    });

    it('maps zero pages over what was there, a region too, and leaves the region as it was', () => {
      const storage = layer.allocate(PAGE);
      layer.write(storage, 0, bytes(PAGE, 8));
      const target = memory();
      layer.mapRegion(target.buffer as ArrayBuffer, PAGE, storage);
      layer.mapZero(target.buffer as ArrayBuffer, PAGE, PAGE);
      expect(onlyHolds(view(target, PAGE, PAGE), PAGE, 0)).toBe(true);
      view(target)[PAGE] = 1;
      expect(onlyHolds(read(storage, 0, PAGE), PAGE, 8)).toBe(true);
    });

    it('puts private images at the start of memories', () => {
      const image = layer.allocate(2 * PAGE);
      layer.write(image, 0, bytes(2 * PAGE, 5));
      const [one, other] = [memory(), memory()];
      layer.mapImage(one.buffer as ArrayBuffer, image);
      layer.mapImage(other.buffer as ArrayBuffer, image);
      view(one)[0] = 1;
      expect([view(other)[0], read(image, 0, 1)[0]]).toEqual([5, 5]);
      expect(onlyHolds(view(one, 2 * PAGE), 6 * PAGE, 0)).toBe(true);
    });

    it('discards what was written: zero pages are zero, images themselves where they are copied on write', () => {
      const image = layer.allocate(2 * PAGE);
      layer.write(image, 0, bytes(2 * PAGE, 5));
      const target = memory();
      layer.mapImage(target.buffer as ArrayBuffer, image);
      view(target).fill(9);
      layer.discard(target.buffer as ArrayBuffer, OS_PAGE, 7 * PAGE - OS_PAGE);
      expect(onlyHolds(view(target, 0, OS_PAGE), OS_PAGE, 9)).toBe(true);
      expect(
        onlyHolds(view(target, OS_PAGE, 2 * PAGE - OS_PAGE), 2 * PAGE - OS_PAGE, abilities.copyOnWrite ? 5 : 0),
      ).toBe(true);
      expect(onlyHolds(view(target, 2 * PAGE, 5 * PAGE), 5 * PAGE, 0)).toBe(true);
      expect(onlyHolds(view(target, 7 * PAGE), PAGE, 9)).toBe(true);
    });

    it('refuses ranges outside the memory', () => {
      const target = memory(2);
      const storage = layer.allocate(PAGE);
      const buffer = target.buffer as ArrayBuffer;
      expect(() => layer.mapRegion(buffer, 2 * PAGE, storage)).toThrow();
      expect(() => layer.mapZero(buffer, PAGE, 2 * PAGE)).toThrow();
    });

    it('guards turns: tells how they ended, and its flags are down when one begins', async () => {
      const report = await runGuardWorker(name);
      expect(report.completed).toEqual({ end: 0, entered: 1, flags: [0, 0] });
      expect(report.threw).toEqual({ end: 0, thrown: true });
      // Microtasks that a turn queues run inside it.
      expect(report.microtask).toEqual({ end: 0, ranBefore: 'left' });
      expect(report.flagged).toBe(true);
      if (abilities.preciseKill) {
        expect(report.killed).toEqual({ wall: 1, cpu: 2, cancelled: 3, afterwards: 0, fromMicrotask: 'refused' });
      }
      expect(report.cpuMeasured).toBe(abilities.cpuTime);
    });
  });
}
