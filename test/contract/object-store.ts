import { describe, expect, it } from '@jest/globals';
import type { ObjectStore } from '../../src/core/object-store.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const keysOf = async (store: ObjectStore, prefix: string): Promise<string[]> =>
  (await store.list(prefix)).map(({ key }) => key);

/** Comparing large arrays element by element takes the test runner seconds. */
const isEqual = (a: Uint8Array | undefined, b: Uint8Array): boolean => a !== undefined && Buffer.compare(a, b) === 0;

/** Bytes that differ everywhere, so that pieces in the wrong place show. */
function pattern(sizeBytes: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(sizeBytes / 4)).map((_, i) => Math.imul(i + 1, 2_654_435_761));
  return new Uint8Array(words.buffer, 0, sizeBytes);
}

const HOSTILE_KEYS = [
  '',
  '/',
  '.',
  '..',
  '../x',
  '/etc/x',
  'a//b',
  'a/',
  'a/../b',
  'a/./b',
  'a/..',
  'a b',
  'a\\b',
  'a\0',
  'a\nb',
  'é',
  'a+/b',
  '@tmp/x',
  'a%b',
  'x'.repeat(901),
];

/** What every object store does. `open` gives an empty one each time. */
export function objectStoreContract(name: string, open: () => Promise<ObjectStore>): void {
  describe(`object store: ${name}`, () => {
    it('knows nothing of what was not put', async () => {
      const store = await open();
      expect(await store.get('a/b')).toBeUndefined();
      expect(await store.list('')).toEqual([]);
      expect(typeof (await store.remove('a/b'))).toBe('boolean');
      expect(await store.get('a')).toBeUndefined();
    });

    it('has a name and can be checked', async () => {
      const store = await open();
      expect(store.name).toMatch(/\w/);
      await store.check();
      expect(await store.list('')).toEqual([]);
    });

    it('gives back what was put, byte for byte', async () => {
      const store = await open();
      for (const value of [bytes(), bytes(0), pattern(256), pattern(300_001)]) {
        await store.put('a/b.bin', value);
        expect(isEqual(await store.get('a/b.bin'), value)).toBe(true);
      }
    });

    it('keeps large objects', async () => {
      const store = await open();
      const large = pattern(20 * 1024 * 1024 + 3);
      await store.put('large', large);
      expect(isEqual(await store.get('large'), large)).toBe(true);
      expect((await store.list('large'))[0]?.sizeBytes).toBe(large.length);
    });

    it('replaces the whole object, also by a shorter one', async () => {
      const store = await open();
      await store.put('a', pattern(5000));
      await store.put('a', bytes(1, 2));
      expect(await store.get('a')).toEqual(bytes(1, 2));
      expect(await store.list('')).toHaveLength(1);
    });

    it('is not changed through the bytes it was given or gave', async () => {
      const store = await open();
      const around = Buffer.from([9, 1, 2, 3, 9]);
      await store.put('a', around.subarray(1, 4));
      around.fill(7);
      const got = await store.get('a');
      expect([...(got ?? [])]).toEqual([1, 2, 3]);
      // Its own buffer: the caller may transfer it to another thread.
      expect(got?.buffer.byteLength).toBe(3);
      got?.fill(7);
      expect([...((await store.get('a')) ?? [])]).toEqual([1, 2, 3]);
    });

    it('keeps objects apart whose keys are parts of other keys', async () => {
      const store = await open();
      for (const [i, key] of ['a', 'a/b', 'a/b/c', 'a/b/c/d'].entries()) await store.put(key, bytes(i));
      expect(await keysOf(store, '')).toEqual(['a', 'a/b', 'a/b/c', 'a/b/c/d']);
      expect(await store.remove('a/b')).toBe(true);
      expect(await store.get('a/b')).toBeUndefined();
      expect(await store.get('a')).toEqual(bytes(0));
      expect(await store.get('a/b/c')).toEqual(bytes(2));
      await store.remove('a/b/c');
      await store.remove('a/b/c/d');
      expect(await keysOf(store, '')).toEqual(['a']);
    });

    it('takes every key of the allowed form', async () => {
      const store = await open();
      const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ/abcdefghijklmnopqrstuvwxyz/0123456789._-~';
      const long = ['x'.repeat(255), '~c3'.repeat(100), `${'y'.repeat(200)}.`, `${'y'.repeat(200)}..`, 'z'.repeat(900)];
      const keys = [
        letters,
        'a',
        'A',
        '...',
        '.x',
        '-',
        '~2e',
        'a/~2e',
        ...long,
        `${'x'.repeat(450)}/${'x'.repeat(449)}`,
      ];
      for (const key of keys) await store.put(key, new TextEncoder().encode(key));
      expect(await keysOf(store, '')).toEqual([...keys].sort());
      for (const key of keys) expect(new TextDecoder().decode(await store.get(key))).toBe(key);
      expect(await keysOf(store, 'y'.repeat(150))).toEqual([long[2], long[3]]);
      for (const key of keys) await store.remove(key);
      expect(await store.list('')).toEqual([]);
    });

    it('refuses keys that could name something else, and lists nothing for such prefixes', async () => {
      const store = await open();
      await store.put('a/b', bytes(1));
      for (const key of HOSTILE_KEYS) {
        await expect(store.put(key, bytes(1))).rejects.toMatchObject({ code: 'INVALID_NAME' });
        await expect(store.stat(key)).rejects.toMatchObject({ code: 'INVALID_NAME' });
        await expect(store.get(key)).rejects.toMatchObject({ code: 'INVALID_NAME' });
        await expect(store.remove(key)).rejects.toMatchObject({ code: 'INVALID_NAME' });
      }
      for (const prefix of ['../', '/', 'a/../', 'a//', './', 'a/./', '..', 'é', 'a\0']) {
        expect(await store.list(prefix)).toEqual([]);
      }
    });

    it('lists by prefix, sorted by code unit, with sizes and times', async () => {
      const store = await open();
      const before = Date.now();
      for (const [i, key] of ['u/b', 'u-a/b', 'u/ab/c', 'u/a', 'u.a', 'uB', 'u0', 'v'].entries()) {
        await store.put(key, new Uint8Array(i));
      }
      expect(await keysOf(store, '')).toEqual(['u-a/b', 'u.a', 'u/a', 'u/ab/c', 'u/b', 'u0', 'uB', 'v']);
      expect(await keysOf(store, 'u/')).toEqual(['u/a', 'u/ab/c', 'u/b']);
      expect(await keysOf(store, 'u/a')).toEqual(['u/a', 'u/ab/c']);
      expect(await keysOf(store, 'u/ab/')).toEqual(['u/ab/c']);
      expect(await keysOf(store, 'u/b')).toEqual(['u/b']);
      expect(await keysOf(store, 'w')).toEqual([]);
      const [entry] = await store.list('v');
      expect(entry?.sizeBytes).toBe(7);
      // S3 counts in seconds.
      expect(entry?.modifiedAt).toBeGreaterThanOrEqual(before - 2000);
      expect(entry?.modifiedAt).toBeLessThanOrEqual(Date.now() + 2000);
    });

    it('tells what it knows of an object, and whether it has been written again', async () => {
      const store = await open();
      expect(await store.stat('a/b')).toBeUndefined();
      await store.put('a/bc', bytes(1, 2, 3));
      await store.put('a/b/c', bytes(1, 2));
      expect(await store.stat('a/b')).toBeUndefined();
      const tags = new Set<string | undefined>();
      for (const value of [bytes(1, 2), bytes(3, 4), bytes(5, 6), bytes()]) {
        await store.put('a/b', value);
        const facts = await store.stat('a/b');
        expect(facts).toMatchObject({ key: 'a/b', sizeBytes: value.length });
        expect(facts?.modifiedAt).toBe((await store.list('a/b'))[0]?.modifiedAt);
        tags.add(facts?.tag);
        expect((await store.stat('a/b'))?.tag).toBe(facts?.tag);
      }
      expect(tags.size).toBe(4);
      await store.remove('a/b');
      expect(await store.stat('a/b')).toBeUndefined();
      expect(await store.stat('a')).toBeUndefined();
    });

    it('keeps one of the values that are written to a key at the same time, whole', async () => {
      const store = await open();
      const values = [1, 2, 3, 4].map((value) => new Uint8Array(50_000 + value).fill(value));
      await Promise.all(values.map((value) => store.put('a/b', value)));
      const got = await store.get('a/b');
      expect(values.some((value) => isEqual(got, value))).toBe(true);
      expect(await store.list('')).toHaveLength(1);
    });

    it('keeps what is written beside keys that are removed', async () => {
      const store = await open();
      for (let round = 0; round < 10; round += 1) {
        const keys = Array.from({ length: 5 }, (_, i) => `a/b/${i}`);
        await Promise.all(keys.map((key) => store.put(key, bytes(round))));
        await Promise.all([...keys.map((key) => store.remove(key)), store.put(`a/b/kept-${round}`, bytes(round))]);
        expect(await keysOf(store, '')).toEqual([`a/b/kept-${round}`]);
        await store.remove(`a/b/kept-${round}`);
      }
    });
  });
}
