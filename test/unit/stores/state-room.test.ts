import { describe, expect, it } from '@jest/globals';
import { memoryGlobalState } from '../../../src/stores/memory-global-state.ts';

const NOTHING = new Uint8Array(0);
/** What a value of 16 bytes under a key of one letter takes. */
const VALUE_BYTES = 64 + 1 + 16;

describe('state in the memory of a host', () => {
  it('has room for so many values and records, however small, of which a user has three quarters at most', async () => {
    const state = memoryGlobalState({ limitEntries: 8 });
    const fill = async (user: string): Promise<number> => {
      for (let count = 0; ; count += 1) {
        const added = count % 2 === 0 ? state.append(user, 'k', NOTHING) : state.write(user, `${count}`, NOTHING);
        const code = await added.then(
          () => undefined,
          (error: { code: string }) => error.code,
        );
        if (code === undefined) continue;
        expect(code).toBe('STATE_FULL');
        return count;
      }
    };
    expect(await fill('hostile')).toBe(6);
    expect(await fill('other')).toBe(1);
    await state.clearAppended('hostile', 'k');
    await state.remove('hostile', '1');
    expect(await fill('other')).toBe(3);
  });

  it('has room for so many bytes, and what becomes smaller always fits', async () => {
    const state = memoryGlobalState({ limitBytes: 4 * VALUE_BYTES, userLimitBytes: 1000 });
    const value = new Uint8Array(16);
    for (const key of ['a', 'b', 'c']) await state.write('hostile', key, value);
    await expect(state.write('hostile', 'd', NOTHING)).rejects.toMatchObject({ code: 'STATE_FULL' });
    await expect(state.write('other', 'a', value)).rejects.toMatchObject({ code: 'STATE_FULL' });
    await state.write('hostile', 'c', NOTHING);
    await state.remove('hostile', 'b');
    await state.write('other', 'a', value);
    expect(await state.list('other', '')).toEqual([{ key: 'a', sizeBytes: 16 }]);
  });
});
