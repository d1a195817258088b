import { describe, expect, it } from '@jest/globals';
import { Budget } from '../../../src/core/budget.ts';
import type { MemoryLayer } from '../../../src/layer/layer.ts';
import { LocalTier } from '../../../src/state/local-tier.ts';
import { beginUse, touch } from '../../../src/state/region.ts';
import { memoryGlobalState } from '../../../src/stores/memory-global-state.ts';
import { fileLayer } from './fake-layer.ts';

const COUNT = 1000;
const MIDDLE = 500;

/** A host whose function goes on storing: `interfere` runs after each time in which the host has read the region. */
async function storingHost(declares: boolean) {
  const files = fileLayer();
  let interfere = (): void => undefined;
  const layer: MemoryLayer = {
    ...files,
    read(storage, offset, target) {
      files.read(storage, offset, target);
      interfere();
    },
  };
  const global = memoryGlobalState();
  const tier = new LocalTier({
    global,
    layer,
    budget: Budget.of({ memoryPages: 100, memories: 0, mappings: 0 }),
    valueLimitBytes: 1024 * 1024,
    userLimitBytes: 1024 * 1024,
    replaced: () => undefined,
  });
  const set = (numbers: Float64Array) => global.write('u', 'k', new Uint8Array(numbers.slice().buffer));
  await set(new Float64Array(COUNT).fill(1.5));
  const wish = { kind: 'pointer', totalBytes: 0, offset: 0, length: COUNT * 8, declares } as const;
  const region = await tier.acquire('u', 'k', wish);
  if (region === undefined) throw new Error('no region');
  beginUse(region);
  if (!declares) touch(region);
  const mapped = files.bytesOf(region.storage);
  return {
    tier,
    global,
    set,
    /** The value as the function sees it. */
    numbers: new Float64Array(mapped.buffer, mapped.byteOffset, COUNT),
    onRead(work: () => void): void {
      interfere = work;
    },
  };
}

describe('a pull while a function stores', () => {
  it.each([true, false])('leaves a number that is being stored whole; declared: %s', async (declares) => {
    const { tier, numbers, set, onRead } = await storingHost(declares);
    await set(new Float64Array(COUNT).fill(1.9375));
    // Two bytes of it are others than in 1.5 and 1.9375, which differ in one: made of both it would be 126976.
    onRead(() => {
      numbers[MIDDLE] = 2;
    });
    await tier.pull('u', 'k', 0);
    const { [MIDDLE]: stored, [MIDDLE - 1]: before, [MIDDLE + 1]: after } = numbers;
    expect([1.9375, 2]).toContain(stored);
    expect([before, after]).toEqual([1.9375, 1.9375]);
  });

  it('loses nothing of it where changes are found by comparison', async () => {
    const { tier, global, numbers, set, onRead } = await storingHost(false);
    await set(new Float64Array(COUNT).fill(1.9375));
    onRead(() => {
      numbers[MIDDLE] = -2.25;
    });
    await tier.pull('u', 'k', 0);
    onRead(() => undefined);
    expect(numbers[MIDDLE]).toBe(-2.25);
    await tier.push('u', 'k');
    const pushed = await global.read('u', 'k', MIDDLE * 8, 8);
    expect(new Float64Array(pushed?.bytes.slice().buffer ?? new ArrayBuffer(8))).toEqual(Float64Array.of(-2.25));
  });
});
