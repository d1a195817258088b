import { describe, expect, it } from '@jest/globals';
import type { FunctionStore, StoredFunction } from '../../src/core/ports.ts';

const stored = (user: string, name: string, version = 'a'.repeat(64), wasm = [0, 97, 115, 109]): StoredFunction => ({
  user,
  function: name,
  version,
  wasm: Uint8Array.from(wasm),
  settings: { limits: { timeoutMs: 5 }, environment: { A: 'b' } },
});

/** What every function store does. `open` gives an empty store each time. */
export function functionStoreContract(name: string, open: () => Promise<FunctionStore>): void {
  describe(`function store: ${name}`, () => {
    it('gives back what was put', async () => {
      const store = await open();
      await store.put(stored('demo', 'hello'));
      expect(await store.get({ user: 'demo', function: 'hello' })).toEqual(stored('demo', 'hello'));
    });

    it('knows nothing of what was not put', async () => {
      const store = await open();
      expect(await store.get({ user: 'demo', function: 'hello' })).toBeUndefined();
      expect(await store.list()).toEqual([]);
    });

    it('keeps the newest version', async () => {
      const store = await open();
      await store.put(stored('demo', 'hello'));
      await store.put(stored('demo', 'hello', 'b'.repeat(64), [1, 2]));
      expect(await store.get({ user: 'demo', function: 'hello' })).toEqual(
        stored('demo', 'hello', 'b'.repeat(64), [1, 2]),
      );
      expect(await store.list()).toHaveLength(1);
    });

    it('separates users and functions, also where their joined names are equal', async () => {
      const store = await open();
      await store.put(stored('a', 'b-c', '1'.repeat(64)));
      await store.put(stored('a-b', 'c', '2'.repeat(64)));
      await store.put(stored('a.b', 'c', '3'.repeat(64)));
      expect((await store.get({ user: 'a', function: 'b-c' }))?.version).toBe('1'.repeat(64));
      expect((await store.get({ user: 'a-b', function: 'c' }))?.version).toBe('2'.repeat(64));
      const listed = (await store.list()).map((ref) => `${ref.user}/${ref.function}`);
      expect(listed.sort()).toEqual(['a-b/c', 'a.b/c', 'a/b-c']);
    });

    it('is not changed through the bytes it was given or gave', async () => {
      const store = await open();
      const given = { ...stored('demo', 'hello'), wasm: Buffer.from([1, 2, 3]) };
      await store.put(given);
      given.wasm.fill(9);
      const got = await store.get({ user: 'demo', function: 'hello' });
      expect([...(got?.wasm ?? [])]).toEqual([1, 2, 3]);
      got?.wasm.fill(9);
      expect([...((await store.get({ user: 'demo', function: 'hello' }))?.wasm ?? [])]).toEqual([1, 2, 3]);
    });
  });
}
