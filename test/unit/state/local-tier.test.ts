import { describe, expect, it } from '@jest/globals';
import { Budget } from '../../../src/core/budget.ts';
import type { GlobalState } from '../../../src/core/global-state.ts';
import type { MemoryLayer } from '../../../src/layer/layer.ts';
import { portableLayer } from '../../../src/layer/portable.ts';
import { LocalTier } from '../../../src/state/local-tier.ts';
import { isStale, type Region, releaseHold, touch } from '../../../src/state/region.ts';
import type { RegionWish } from '../../../src/state/region-wish.ts';
import { memoryGlobalState } from '../../../src/stores/memory-global-state.ts';
import { observedGlobalState } from '../../../src/stores/observed-global-state.ts';
import { fileLayer } from './fake-layer.ts';

const PAGE = 65_536;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const ALL = { offset: 0, length: Number.POSITIVE_INFINITY } as const;
const pointer = (totalBytes: number): RegionWish => ({ kind: 'pointer', totalBytes, ...ALL, declares: false });
const EXISTING: RegionWish = { kind: 'existing', ...ALL };

interface Options {
  readonly layer?: MemoryLayer;
  readonly memoryPages?: number;
  readonly valueLimitBytes?: number;
  readonly userLimitBytes?: number;
}

function setUp(options: Options = {}) {
  const layer = options.layer ?? portableLayer();
  const store = memoryGlobalState();
  const traffic = { reads: 0, writes: 0, failing: false };
  const global: GlobalState = {
    ...observedGlobalState(store, () => undefined),
    read(...args) {
      traffic.reads += 1;
      return store.read(...args);
    },
    async write(...args) {
      traffic.writes += 1;
      if (traffic.failing) throw new Error('the store is away');
      return store.write(...args);
    },
    async writeRanges(...args) {
      traffic.writes += 1;
      if (traffic.failing) throw new Error('the store is away');
      return store.writeRanges(...args);
    },
  };
  const budget = Budget.of({ memoryPages: options.memoryPages ?? 1000, memories: 0, mappings: 0 });
  const replaced: string[] = [];
  const tier = new LocalTier({
    global,
    layer,
    budget,
    valueLimitBytes: options.valueLimitBytes ?? 100 * PAGE,
    userLimitBytes: options.userLimitBytes ?? 1000 * PAGE,
    replaced: (user, key) => replaced.push(`${user}/${key}`),
  });
  const text = (region: Region | undefined): string => {
    if (region === undefined) return 'no region';
    const content = new Uint8Array(region.sizeBytes);
    layer.read(region.storage, 0, content);
    return new TextDecoder().decode(content);
  };
  const write = (region: Region | undefined, value: string): void => {
    if (region === undefined) throw new Error('no region');
    layer.write(region.storage, 0, bytes(value));
    touch(region);
  };
  const globalText = async (key: string): Promise<string> =>
    new TextDecoder().decode((await store.read('u', key, 0, 1000))?.bytes);
  return { tier, store, traffic, budget, replaced, text, write, globalText };
}

describe('local tier: getting regions', () => {
  it('fetches a value when it is first asked for, and keeps it', async () => {
    const { tier, store, traffic, text } = setUp();
    await store.write('u', 'k', bytes('value'));
    expect(traffic.reads).toBe(0);
    const first = await tier.acquire('u', 'k', EXISTING);
    expect(text(first)).toBe('value');
    await store.write('u', 'k', bytes('newer'));
    expect(await tier.acquire('u', 'k', pointer(0))).toBe(first);
    expect([text(first), traffic.reads]).toEqual(['value', 1]);
  });

  it('fetches a value of several pieces whole', async () => {
    const { tier, store, text } = setUp({ valueLimitBytes: 200 * PAGE });
    const value = 'abcdefg'.repeat(1_300_000); // 9.1 MB, no multiple of a piece
    await store.write('u', 'k', bytes(value));
    expect(text(await tier.acquire('u', 'k', EXISTING)) === value).toBe(true);
  });

  it('makes a key that holds nothing only where a size is given, of zeros', async () => {
    const { tier, text } = setUp();
    expect(await tier.acquire('u', 'k', EXISTING)).toBeUndefined();
    await expect(tier.acquire('u', 'k', pointer(0))).rejects.toMatchObject({ code: 'STATE_LIMIT' });
    expect(text(await tier.acquire('u', 'k', pointer(3)))).toBe('\0\0\0');
  });

  it('makes no value for a part that would not lie in it', async () => {
    const { tier } = setUp();
    const mismatch = { code: 'STATE_SIZE_MISMATCH' };
    await expect(tier.write('u', 'k', bytes('12345'), { offset: 4, totalBytes: 8 })).rejects.toMatchObject(mismatch);
    const wish: RegionWish = { kind: 'pointer', totalBytes: 8, offset: 8, length: 1, declares: true };
    await expect(tier.acquire('u', 'k', wish)).rejects.toMatchObject(mismatch);
    expect(await tier.size('u', 'k')).toBe(0);
  });

  it('does not fetch what is overwritten', async () => {
    const { tier, store, traffic, text } = setUp();
    await store.write('u', 'k', bytes('value'));
    await tier.write('u', 'k', bytes('newer'));
    expect(text(await tier.acquire('u', 'k', EXISTING))).toBe('newer');
    expect(traffic.reads).toBe(0);
  });

  it('gives a pointer to less than the value, and refuses one to more', async () => {
    const { tier, store } = setUp();
    await store.write('u', 'k', bytes('value'));
    expect((await tier.acquire('u', 'k', pointer(2)))?.sizeBytes).toBe(5);
    await expect(tier.acquire('u', 'k', pointer(6))).rejects.toMatchObject({ code: 'STATE_SIZE_MISMATCH' });
    expect((await tier.acquire('u', 'k', pointer(5)))?.sizeBytes).toBe(5);
  });

  it('gives one region to all who ask at the same time', async () => {
    const { tier, store, traffic } = setUp();
    await store.write('u', 'k', bytes('value'));
    const wishes = [EXISTING, pointer(0), pointer(5), EXISTING];
    const regions = await Promise.all(wishes.map((wish) => tier.acquire('u', 'k', wish)));
    expect(new Set(regions).size).toBe(1);
    expect(traffic.reads).toBe(1);
    const made = await Promise.all([1, 2, 3].map(() => tier.acquire('u', 'new', pointer(8))));
    expect(new Set(made).size).toBe(1);
  });

  it('goes on with a key after a request that failed', async () => {
    const { tier } = setUp({ valueLimitBytes: PAGE });
    const results = await Promise.allSettled([
      tier.acquire('u', 'k', pointer(PAGE + 1)),
      tier.acquire('u', 'k', pointer(8)),
      tier.push('u', 'k'),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });

  it('keeps users apart', async () => {
    const { tier, text, write } = setUp();
    write(await tier.acquire('u', 'k', pointer(4)), 'mine');
    expect(text(await tier.acquire('v', 'k', pointer(4)))).toBe('\0\0\0\0');
    // Keys may hold slashes: neither may reach into the other's.
    write(await tier.acquire('u', 'v/k', pointer(4)), 'also');
    expect(text(await tier.acquire('v', 'k', EXISTING))).toBe('\0\0\0\0');
  });

  it('knows the size of values here and elsewhere', async () => {
    const { tier, store } = setUp();
    expect(await tier.size('u', 'k')).toBe(0);
    await store.write('u', 'k', bytes('value'));
    expect(await tier.size('u', 'k')).toBe(5);
    await tier.acquire('u', 'local', pointer(7));
    expect(await tier.size('u', 'local')).toBe(7);
  });
});

describe('local tier: pushing', () => {
  it('sends what has changed, once', async () => {
    const { tier, traffic, globalText, write } = setUp();
    const region = await tier.acquire('u', 'k', pointer(5));
    await tier.push('u', 'k');
    expect(traffic.writes).toBe(0);
    write(region, 'value');
    await tier.push('u', 'k');
    await tier.push('u', 'k');
    expect([traffic.writes, await globalText('k')]).toEqual([1, 'value']);
    write(region, 'newer');
    await tier.push('u', 'k');
    expect([traffic.writes, await globalText('k')]).toEqual([2, 'newer']);
  });

  it('is refused for a key that the host does not hold', async () => {
    const { tier, store } = setUp();
    await store.write('u', 'k', bytes('value'));
    await expect(tier.push('u', 'k')).rejects.toMatchObject({ code: 'STATE_UNINITIALISED' });
  });

  it('that failed is not forgotten', async () => {
    const { tier, traffic, globalText, write } = setUp();
    write(await tier.acquire('u', 'k', pointer(5)), 'value');
    traffic.failing = true;
    await expect(tier.push('u', 'k')).rejects.toThrow('the store is away');
    traffic.failing = false;
    await tier.push('u', 'k');
    expect(await globalText('k')).toBe('value');
  });
});

describe('local tier: pushing by a mask', () => {
  it('is refused where the value has been given up for another one before its turn comes', async () => {
    const { tier, store, traffic, write } = setUp({ layer: fileLayer() });
    const region = (await tier.acquire('u', 'k', pointer(8))) as Region;
    write(region, 'original');
    await tier.push('u', 'k');
    releaseHold(region);
    write(await tier.acquire('u', 'mask', pointer(8)), '\x01\x01');
    traffic.writes = 0;
    const pushing = tier.pushMasked('u', 'k', 'mask');
    const replacing = tier.set('u', 'k', bytes('another value'));
    await expect(pushing).rejects.toMatchObject({ code: 'STATE_UNINITIALISED' });
    await replacing;
    expect([(await store.stat('u', 'k'))?.sizeBytes, traffic.writes]).toEqual([13, 1]);
  });

  it('goes into a value of the same size that has taken the place of the first one', async () => {
    const { tier, globalText, write } = setUp({ layer: fileLayer() });
    write(await tier.acquire('u', 'k', pointer(8)), 'original');
    await tier.push('u', 'k');
    write(await tier.acquire('u', 'mask', pointer(8)), '\x01\x01');
    const pushing = tier.pushMasked('u', 'k', 'mask');
    const replacing = [tier.write('u', 'k', bytes('longer value')), tier.write('u', 'k', bytes('replaced'))];
    await Promise.all([pushing, ...replacing]);
    expect(await globalText('k')).toBe('reiginal');
  });
});

describe('local tier: replacing values', () => {
  it('puts a value of the same size in place, for those who have it mapped', async () => {
    const { tier, traffic, replaced, text, write } = setUp();
    const region = await tier.acquire('u', 'k', pointer(5));
    write(region, 'dirty');
    await tier.set('u', 'k', bytes('value'));
    expect(text(region)).toBe('value');
    expect(await tier.acquire('u', 'k', EXISTING)).toBe(region);
    expect(replaced).toEqual([]);
    // The global tier has it already.
    await tier.push('u', 'k');
    expect(traffic.writes).toBe(1);
  });

  it('gives a value of another size a region of its own, and tells of it', async () => {
    const { tier, replaced, text, write } = setUp();
    const before = (await tier.acquire('u', 'k', pointer(5))) as Region;
    write(before, 'older');
    await tier.set('u', 'k', bytes('value, longer'));
    expect([isStale(before), replaced]).toEqual([true, ['u/k']]);
    expect(text(before)).toBe('older');
    const after = (await tier.acquire('u', 'k', EXISTING)) as Region;
    expect(text(after)).toBe('value, longer');
    expect([after.id === before.id, isStale(after)]).toEqual([false, false]);
    await tier.write('u', 'k', bytes('new'));
    const third = await tier.acquire('u', 'k', EXISTING);
    expect([isStale(after), third?.sizeBytes, replaced.length]).toEqual([true, 3, 2]);
  });

  it('does not change the local value when the global tier refuses the new one', async () => {
    const { tier, traffic, text, write } = setUp();
    const region = await tier.acquire('u', 'k', pointer(5));
    write(region, 'value');
    traffic.failing = true;
    await expect(tier.set('u', 'k', bytes('other'))).rejects.toThrow();
    await expect(tier.set('u', 'k', bytes('longer than that'))).rejects.toThrow();
    expect(text(await tier.acquire('u', 'k', EXISTING))).toBe('value');
  });

  it.each<[string, Options, number]>([
    ['the limit of a value', { valueLimitBytes: 2 * PAGE }, 3],
    ["the user's limit", { userLimitBytes: 2 * PAGE }, 3],
    ["the host's memory", { memoryPages: 2 }, 3],
  ])('keeps the value, pushed or not, when an overwrite is refused by %s', async (_, options, pages) => {
    const { tier, replaced, text, write } = setUp(options);
    const region = await tier.acquire('u', 'k', pointer(5));
    write(region, 'value');
    await expect(tier.write('u', 'k', new Uint8Array(pages * PAGE))).rejects.toMatchObject({
      status: expect.anything(),
    });
    expect(text(await tier.acquire('u', 'k', EXISTING))).toBe('value');
    expect(replaced).toEqual([]);
  });

  it('gives storage back once nobody holds it, and not before', async () => {
    const layer = fileLayer();
    const { tier, budget } = setUp({ layer });
    const old = (await tier.acquire('u', 'k', pointer(3 * PAGE))) as Region;
    const same = (await tier.acquire('u', 'k', EXISTING)) as Region;
    await tier.write('u', 'k', new Uint8Array(2 * PAGE));
    await tier.acquire('u', 'other', pointer(2 * PAGE));
    releaseHold(old);
    await tier.acquire('u', 'third', pointer(2 * PAGE));
    expect([layer.files.size, budget.used('memoryPages')]).toEqual([4, 9]);
    releaseHold(same);
    await tier.acquire('u', 'fourth', pointer(2 * PAGE));
    expect([layer.files.size, budget.used('memoryPages')]).toEqual([4, 8]);
    expect(() => layer.bytesOf(old.storage)).toThrow('released');
  });

  it('never hands out the storage of a region that is held', async () => {
    const layer = fileLayer();
    const { tier, text, write } = setUp({ layer });
    const old = await tier.acquire('u', 'k', pointer(5));
    write(old, 'value');
    await tier.write('u', 'k', new Uint8Array(6));
    for (let index = 0; index < 300; index += 1) write(await tier.acquire('v', `k${index}`, pointer(5)), 'other');
    expect(text(old)).toBe('value');
  });
});

describe('local tier: ranges that are set in both tiers', () => {
  it('are seen in both, and leave what else was changed here unpushed', async () => {
    const { tier, traffic, globalText, text, write } = setUp();
    await tier.set('u', 'k', bytes('value'));
    const region = await tier.acquire('u', 'k', pointer(5));
    write(region, 'VALUE');
    await tier.setRange('u', 'k', { offset: 1, bytes: bytes('xy') });
    expect([text(region), await globalText('k')]).toEqual(['VxyUE', 'vxyue']);
    await tier.push('u', 'k');
    expect([await globalText('k'), traffic.writes]).toEqual(['VxyUE', 3]);
  });

  it('replace a change of these very bytes that was declared and not pushed', async () => {
    const { tier, globalText, traffic } = setUp();
    await tier.set('u', 'k', bytes('value'));
    await tier.write('u', 'k', bytes('own'), { offset: 0, totalBytes: 5 });
    await tier.setRange('u', 'k', { offset: 0, bytes: bytes('set') });
    traffic.writes = 0;
    await tier.push('u', 'k');
    expect([await globalText('k'), traffic.writes]).toEqual(['setue', 0]);
  });

  it.each(['setRange', 'add', 'compareAndSet'] as const)('leave nothing to be pulled: %s', async (operation) => {
    const { tier, store, traffic, text } = setUp();
    await tier.set('u', 'k', new Uint8Array(8));
    const region = await tier.acquire('u', 'k', pointer(8));
    const change = async (): Promise<unknown> => {
      if (operation === 'add') return tier.add('u', 'k', 0, 1n, 4);
      if (operation === 'setRange') return tier.setRange('u', 'k', { offset: 0, bytes: Uint8Array.of(1) });
      return tier.compareAndSet('u', 'k', 0, Uint8Array.of(0), Uint8Array.of(1));
    };
    await change();
    traffic.reads = 0;
    await tier.pull('u', 'k', 0);
    expect([traffic.reads, text(region)]).toEqual([0, '\x01\0\0\0\0\0\0\0']);
    // But what others have changed before is pulled.
    await store.writeRanges('u', 'k', 8, [{ offset: 7, bytes: bytes('x') }]);
    await store.writeRanges('u', 'k', 8, [{ offset: 0, bytes: Uint8Array.of(0) }]);
    await change();
    await tier.pull('u', 'k', 0);
    expect([traffic.reads, text(region)]).toEqual([1, '\x01\0\0\0\0\0\0x']);
  });

  it('are refused beyond the value, and make none', async () => {
    const { tier, store, globalText } = setUp();
    expect(await tier.setRange('u', 'k', { offset: 0, bytes: bytes('x') })).toBeUndefined();
    expect(await store.stat('u', 'k')).toBeUndefined();
    const { version } = await tier.set('u', 'k', bytes('value'));
    const mismatch = { code: 'STATE_SIZE_MISMATCH' };
    await expect(tier.setRange('u', 'k', { offset: 4, bytes: bytes('xy') })).rejects.toMatchObject(mismatch);
    const old = { ifVersion: version - 1 };
    const range = { offset: 0, bytes: bytes('x') };
    await expect(tier.setRange('u', 'k', range, old)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect(await globalText('k')).toBe('value');
  });

  it('go into the value as it is, where others give it another size or remove it meanwhile', async () => {
    const { tier, store, globalText } = setUp();
    await store.write('u', 'k', bytes('value'));
    const stat = store.stat.bind(store);
    let changes = [() => store.write('u', 'k', bytes('longer value'))];
    store.stat = async (...args) => {
      const found = await stat(...args);
      await changes.shift()?.();
      return found;
    };
    await tier.setRange('u', 'k', { offset: 4, bytes: bytes('x') });
    expect(await globalText('k')).toBe('longxr value');
    changes = [async () => (await store.remove('u', 'k')) as never];
    expect(await tier.setRange('u', 'k', { offset: 4, bytes: bytes('x') })).toBeUndefined();
    expect(await stat('u', 'k')).toBeUndefined();
  });
});

describe('local tier: limits', () => {
  it('bounds a value', async () => {
    const { tier, traffic, budget } = setUp({ valueLimitBytes: 10 });
    await expect(tier.acquire('u', 'k', pointer(11))).rejects.toMatchObject({ code: 'STATE_LIMIT' });
    await expect(tier.write('u', 'k', new Uint8Array(11))).rejects.toMatchObject({ code: 'STATE_LIMIT' });
    await expect(tier.set('u', 'k', new Uint8Array(11))).rejects.toMatchObject({ code: 'STATE_LIMIT' });
    expect([traffic.writes, budget.used('memoryPages')]).toEqual([0, 0]);
    expect((await tier.acquire('u', 'k', pointer(10)))?.sizeBytes).toBe(10);
  });

  it('takes nothing from others for a value that no room is enough for', async () => {
    const { tier, store, traffic } = setUp({ valueLimitBytes: PAGE });
    await store.write('u', 'k', bytes('value'));
    releaseHold((await tier.acquire('u', 'k', EXISTING)) as Region);
    await expect(tier.acquire('u', 'large', pointer(PAGE + 1))).rejects.toMatchObject({ code: 'STATE_LIMIT' });
    traffic.reads = 0;
    await tier.acquire('u', 'k', EXISTING);
    expect(traffic.reads).toBe(0);
  });

  it('bounds what one user has here, pages of stale regions included, and no other user', async () => {
    const { tier } = setUp({ userLimitBytes: 3 * PAGE });
    const held = (await tier.acquire('u', 'a', pointer(2 * PAGE))) as Region;
    await expect(tier.acquire('u', 'b', pointer(PAGE + 1))).rejects.toMatchObject({ code: 'STATE_LIMIT' });
    await tier.acquire('v', 'b', pointer(3 * PAGE));
    await tier.write('u', 'a', new Uint8Array(1));
    await expect(tier.acquire('u', 'b', pointer(1))).rejects.toMatchObject({ code: 'STATE_LIMIT' });
    releaseHold(held);
    expect((await tier.acquire('u', 'b', pointer(2 * PAGE)))?.sizeBytes).toBe(2 * PAGE);
  });

  it('is refused by the host before its memory runs out, and goes on once there is some', async () => {
    const { tier, budget } = setUp({ memoryPages: 4 });
    const held = (await tier.acquire('u', 'a', pointer(3 * PAGE))) as Region;
    await expect(tier.acquire('u', 'b', pointer(2 * PAGE))).rejects.toMatchObject({ code: 'HOST_OVERLOADED' });
    expect(budget.used('memoryPages')).toBe(3);
    await tier.write('u', 'a', new Uint8Array(1));
    releaseHold(held);
    await tier.acquire('u', 'b', pointer(3 * PAGE));
    expect(budget.used('memoryPages')).toBe(4);
  });

  describe('where copies by which changes are found need memory', () => {
    /** A host with 10 pages, 8 of which a value takes that has been pushed and that nobody uses any more. */
    async function nearlyFull() {
      const host = setUp({ layer: fileLayer(), memoryPages: 10 });
      const idle = (await host.tier.acquire('u', 'idle', pointer(4 * PAGE))) as Region;
      host.write(idle, 'x'.repeat(4 * PAGE));
      await host.tier.push('u', 'idle');
      releaseHold(idle);
      expect(host.budget.used('memoryPages')).toBe(8);
      return host;
    }
    it('others give way to those of a pointer', async () => {
      const { tier, store, budget } = await nearlyFull();
      await store.write('u', 'k', bytes('a'.repeat(2 * PAGE)));
      await tier.acquire('u', 'k', pointer(0));
      expect([budget.used('memoryPages'), tier.twinPages]).toEqual([4, 2]);
      expect((await tier.acquire('u', 'idle', { kind: 'existing', offset: 0, length: 1 }))?.sizeBytes).toBe(4 * PAGE);
    });

    it('others give way to those of a push', async () => {
      const { tier, write, globalText, traffic } = await nearlyFull();
      write(await tier.acquire('u', 'k', pointer(2 * PAGE)), 'b'.repeat(2 * PAGE));
      traffic.writes = 0;
      await tier.push('u', 'k');
      expect([tier.twinPages, traffic.writes]).toEqual([2, 1]);
      expect(await globalText('k')).toBe('b'.repeat(1000));
    });

    it('others give way to those of a pull, and of what is set from outside', async () => {
      const { tier, store, text } = await nearlyFull();
      await store.write('u', 'k', new Uint8Array(2 * PAGE));
      const region = await tier.acquire('u', 'k', pointer(0));
      await store.write('u', 'k', bytes('c'.repeat(2 * PAGE)));
      await tier.pull('u', 'k', 0);
      expect([tier.twinPages, text(region).slice(-1)]).toEqual([2, 'c']);
      await tier.set('u', 'k', bytes('d'.repeat(2 * PAGE)));
      expect(text(region).slice(-1)).toBe('d');
    });

    it('nothing is sent or set that would not be known afterwards', async () => {
      const { tier, store, write, traffic } = setUp({ layer: fileLayer(), memoryPages: 5 });
      const region = await tier.acquire('u', 'k', pointer(3 * PAGE));
      write(region, 'x'.repeat(3 * PAGE));
      const refused = { code: 'HOST_OVERLOADED' };
      await expect(tier.push('u', 'k')).rejects.toMatchObject(refused);
      await expect(tier.set('u', 'k', bytes('y'.repeat(3 * PAGE)))).rejects.toMatchObject(refused);
      expect([traffic.writes, await store.stat('u', 'k')]).toEqual([0, undefined]);
    });
  });

  it('takes nothing of the budget when the layer has no storage', async () => {
    const layer: MemoryLayer = {
      ...portableLayer(),
      allocate: () => {
        throw new Error('no descriptors left');
      },
    };
    const { tier, budget } = setUp({ layer });
    await expect(tier.acquire('u', 'k', pointer(1))).rejects.toThrow('no descriptors left');
    expect(budget.used('memoryPages')).toBe(0);
    expect(await tier.acquire('u', 'k', EXISTING)).toBeUndefined();
  });
});
