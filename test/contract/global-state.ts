import { describe, expect, it } from '@jest/globals';
import type { GlobalState } from '../../src/core/ports.ts';

/** What an implementation can do, beyond what all can. */
export interface GlobalStateAbilities {
  /** Opens an empty tier where a user may keep `userLimitBytes`; absent when it has no such limit. */
  readonly openLimited?: (userLimitBytes: number) => Promise<GlobalState>;
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** What every global state tier does. `open` gives an empty one each time. */
export function globalStateContract(
  name: string,
  open: () => Promise<GlobalState>,
  abilities: GlobalStateAbilities = {},
): void {
  describe(`global state: ${name}`, () => {
    it('knows nothing of a key that was not written', async () => {
      const state = await open();
      expect(await state.size('u', 'k')).toBeUndefined();
      expect(await state.read('u', 'k', 0, 10)).toBeUndefined();
      expect(await state.remove('u', 'k')).toBe(false);
    });

    it('reads ranges, shorter where the value ends', async () => {
      const state = await open();
      await state.write('u', 'k', bytes(0, 1, 2, 3, 4));
      expect(await state.size('u', 'k')).toBe(5);
      expect(await state.read('u', 'k', 0, 5)).toEqual(bytes(0, 1, 2, 3, 4));
      expect(await state.read('u', 'k', 1, 2)).toEqual(bytes(1, 2));
      expect(await state.read('u', 'k', 3, 10)).toEqual(bytes(3, 4));
      expect(await state.read('u', 'k', 5, 1)).toEqual(bytes());
      expect(await state.read('u', 'k', 99, 1)).toEqual(bytes());
    });

    it('replaces the whole value, also by a shorter one', async () => {
      const state = await open();
      await state.write('u', 'k', bytes(1, 2, 3));
      await state.write('u', 'k', bytes(9));
      expect(await state.read('u', 'k', 0, 10)).toEqual(bytes(9));
    });

    it('tells an empty value from none', async () => {
      const state = await open();
      await state.write('u', 'k', bytes());
      expect(await state.size('u', 'k')).toBe(0);
      expect(await state.read('u', 'k', 0, 1)).toEqual(bytes());
      expect(await state.remove('u', 'k')).toBe(true);
      expect(await state.size('u', 'k')).toBeUndefined();
    });

    it('separates users and keys, also where their joined names are equal', async () => {
      const state = await open();
      await state.write('a_b', 'c', bytes(1));
      await state.write('a', 'b_c', bytes(2));
      await state.write('a', 'b/c:d e{f}é', bytes(3));
      expect(await state.read('a_b', 'c', 0, 1)).toEqual(bytes(1));
      expect(await state.read('a', 'b_c', 0, 1)).toEqual(bytes(2));
      expect(await state.read('a', 'b/c:d e{f}é', 0, 1)).toEqual(bytes(3));
      expect(await state.size('a', 'c')).toBeUndefined();
    });

    it('lists the keys of a user by prefix, sorted by code unit, with their sizes', async () => {
      const state = await open();
      for (const [i, key] of ['b', 'a/x', 'B', 'a', 'a b', 'é'].entries())
        await state.write('u', key, new Uint8Array(i));
      await state.write('v', 'a', bytes(1));
      const keys = async (prefix: string): Promise<string[]> => (await state.list('u', prefix)).map(({ key }) => key);
      expect(await keys('')).toEqual(['B', 'a', 'a b', 'a/x', 'b', 'é']);
      expect(await keys('a')).toEqual(['a', 'a b', 'a/x']);
      expect(await keys('a/')).toEqual(['a/x']);
      expect(await state.list('u', 'b')).toEqual([{ key: 'b', sizeBytes: 0 }]);
      expect(await state.list('v', '')).toEqual([{ key: 'a', sizeBytes: 1 }]);
      await state.remove('v', 'a');
      expect(await state.list('v', '')).toEqual([]);
      expect(await state.list('nobody', '')).toEqual([]);
    });

    it('is not changed through the bytes it gave', async () => {
      const state = await open();
      await state.write('u', 'k', bytes(1, 2, 3));
      (await state.read('u', 'k', 0, 3))?.fill(9);
      expect(await state.read('u', 'k', 0, 3)).toEqual(bytes(1, 2, 3));
    });

    const { openLimited } = abilities;
    if (openLimited === undefined) return;
    it('refuses what exceeds the limit of the user and keeps what was there', async () => {
      const state = await openLimited(100);
      await state.write('u', 'k', new Uint8Array(90));
      await expect(state.write('u', 'k', new Uint8Array(101))).rejects.toMatchObject({ code: 'STATE_LIMIT' });
      await expect(state.write('u', 'other', new Uint8Array(50))).rejects.toMatchObject({ code: 'STATE_LIMIT' });
      expect(await state.size('u', 'k')).toBe(90);
      expect(await state.size('u', 'other')).toBeUndefined();
      await state.write('another', 'k', new Uint8Array(90));
    });

    it('gives back the room of what is replaced and removed', async () => {
      const state = await openLimited(100);
      for (let round = 0; round < 3; round += 1) await state.write('u', 'k', new Uint8Array(90));
      await state.remove('u', 'k');
      await state.write('u', 'other', new Uint8Array(90));
      expect(await state.size('u', 'other')).toBe(90);
    });

    it('counts empty values too', async () => {
      const state = await openLimited(100);
      const many = Promise.all(Array.from({ length: 101 }, (_, i) => state.write('u', `key-${i}`, bytes())));
      await expect(many).rejects.toMatchObject({ code: 'STATE_LIMIT' });
    });
  });
}
