import { afterEach, describe, expect, it } from '@jest/globals';
import type { GlobalState, StateCondition, StateRange } from '../../src/core/global-state.ts';
import { randomNumbers } from '../support/runtime.ts';

/** What each value and each record counts beside its name and contents. */
const ENTRY_BYTES = 64;

/** Opens an empty tier; a user may keep `userLimitBytes` where it is given. */
export type OpenGlobalState = (options?: { readonly userLimitBytes?: number }) => Promise<GlobalState>;

const MIB = 1024 * 1024;
const ALL = Number.MAX_SAFE_INTEGER;
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** Bytes that differ from place to place, of any size. */
export function pattern(sizeBytes: number, seed = 1): Uint8Array {
  const result = new Uint8Array(sizeBytes);
  for (let i = 0; i < sizeBytes; i += 1) result[i] = (i * 31 + (i >> 8) * 7 + seed) & 255;
  return result;
}

/** Users and keys whose joined names are equal, or that mean something to a store. */
const HOSTILE_USERS = ['a', 'a_b', 'a.b', 'b', '0'];
const HOSTILE_KEYS = [
  ...['b', 'B', 'c', 'b_c', 'b/c', '/b', 'b/', '//', '.', '..', '../b/b', 'b.', 'b:v', 'b:m', ':', '::1'],
  ...['{', '}', '{}', '{b}', 'b}c', '}:1:{a/b', 'b%7Dc', 'b~7dc', '*', 'b*', '?', '[a-z]', '\\', '"', "'", '`$(b)`'],
  ...[' ', ' b', '-', '--', '0', '00', 'NaN', 'null', 'é', 'e\u0301', '\u{1f512}', '\u202eb', 'u', 'probe'],
  ...['k'.repeat(512), `${'k'.repeat(511)}l`, '界'.repeat(170)],
];

const equal = (a: Uint8Array | undefined, b: Uint8Array): boolean => a !== undefined && Buffer.compare(a, b) === 0;

/** What every global state tier does. `open` gives an empty one each time, which the suite closes. */
export function globalStateContract(name: string, open: OpenGlobalState): void {
  const opened: GlobalState[] = [];
  const tier = async (options?: { readonly userLimitBytes?: number }): Promise<GlobalState> => {
    const state = await open(options);
    opened.push(state);
    return state;
  };
  const content = async (state: GlobalState, key: string): Promise<Uint8Array | undefined> =>
    (await state.read('u', key, 0, ALL))?.bytes;

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((state) => state.close()));
  });

  describe(`global state: ${name}: values`, () => {
    it('knows nothing of a key that was not written', async () => {
      const state = await tier();
      expect(await state.stat('u', 'k')).toBeUndefined();
      expect(await state.read('u', 'k', 0, 10)).toBeUndefined();
      expect(await state.remove('u', 'k')).toBe(false);
    });

    it('reads ranges, shorter where the value ends', async () => {
      const state = await tier();
      const stat = await state.write('u', 'k', bytes(0, 1, 2, 3, 4));
      expect(await state.stat('u', 'k')).toEqual(stat);
      expect(stat.sizeBytes).toBe(5);
      expect(await state.read('u', 'k', 0, 5)).toEqual({ bytes: bytes(0, 1, 2, 3, 4), stat });
      expect(await state.read('u', 'k', 1, 2)).toEqual({ bytes: bytes(1, 2), stat });
      expect(await state.read('u', 'k', 3, 10)).toEqual({ bytes: bytes(3, 4), stat });
      expect(await state.read('u', 'k', 2, 0)).toEqual({ bytes: bytes(), stat });
      expect(await state.read('u', 'k', 5, 1)).toEqual({ bytes: bytes(), stat });
      expect(await state.read('u', 'k', 99, 1)).toEqual({ bytes: bytes(), stat });
      await expect(state.read('u', 'k', -1, 1)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
      await expect(state.read('u', 'k', 0.5, 1)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    });

    it('replaces the whole value, also by a shorter one', async () => {
      const state = await tier();
      await state.write('u', 'k', bytes(1, 2, 3));
      await state.write('u', 'k', bytes(9));
      expect(await content(state, 'k')).toEqual(bytes(9));
    });

    it('tells an empty value from none', async () => {
      const state = await tier();
      await state.write('u', 'k', bytes());
      expect((await state.stat('u', 'k'))?.sizeBytes).toBe(0);
      expect(await content(state, 'k')).toEqual(bytes());
      expect(await state.list('u', '')).toEqual([{ key: 'k', sizeBytes: 0 }]);
      expect(await state.remove('u', 'k')).toBe(true);
      expect(await state.stat('u', 'k')).toBeUndefined();
    });

    it('keeps all 256 values of a byte', async () => {
      const state = await tier();
      const all = Uint8Array.from({ length: 256 }, (_, i) => i);
      await state.write('u', 'k', Uint8Array.from(all));
      expect(await content(state, 'k')).toEqual(all);
    });

    it('separates users and keys, whatever their names look like', async () => {
      const state = await tier();
      const names = HOSTILE_USERS.flatMap((user) => HOSTILE_KEYS.map((key) => [user, key] as const));
      const own = (i: number): Uint8Array => Uint8Array.of(i, i >> 8);
      for (const [i, [user, key]] of names.entries()) {
        await state.write(user, key, own(i));
        expect(await state.append(user, key, own(i))).toBe(1);
        expect(await state.lock(user, key, 'owner', 60_000)).toBeDefined();
      }
      const check = async (i: number, user: string, key: string): Promise<void> => {
        expect((await state.read(user, key, 0, ALL))?.bytes).toEqual(own(i));
        expect(await state.readAppended(user, key, 9, ALL)).toEqual(own(i));
        expect(await state.lock(user, key, 'owner', 60_000)).toBeUndefined();
      };
      for (const [i, [user, key]] of names.entries()) await check(i, user, key);
      for (const user of HOSTILE_USERS) {
        expect((await state.list(user, '')).map(({ key }) => key)).toEqual([...HOSTILE_KEYS].sort());
        for (const prefix of ['*', 'b*', '{', 'b/', 'é']) {
          const found = (await state.list(user, prefix)).map(({ key }) => key);
          expect(found).toEqual(HOSTILE_KEYS.filter((key) => key.startsWith(prefix)).sort());
        }
      }
      // What goes is one key's and nobody else's.
      const left = names.map(([user, key], i) => ({ user, key, i }));
      for (const gone of left.splice(left.length / 2)) expect(await state.remove(gone.user, gone.key)).toBe(true);
      for (const { user, key, i } of left) await check(i, user, key);
    });

    it('lists the keys of a user by prefix, sorted by code unit, with their sizes', async () => {
      const state = await tier();
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

    it('lists the current sizes of values that grew and shrank', async () => {
      const state = await tier();
      for (const size of [10, 20, 5]) {
        await state.write('u', 'k', new Uint8Array(size));
        expect(await state.list('u', '')).toEqual([{ key: 'k', sizeBytes: size }]);
      }
    });

    it('is not changed through the bytes it gave', async () => {
      const state = await tier();
      await state.write('u', 'k', bytes(1, 2, 3));
      (await state.read('u', 'k', 0, 3))?.bytes.fill(9);
      expect(await content(state, 'k')).toEqual(bytes(1, 2, 3));
    });

    it('takes values of many pieces, and reads any part of them', async () => {
      const state = await tier();
      const large = pattern(3 * MIB + 17);
      const { version } = await state.write('u', 'k', new Uint8Array(large));
      expect(equal(await content(state, 'k'), large)).toBe(true);
      const part = await state.read('u', 'k', MIB - 5, MIB + 10);
      expect(equal(part?.bytes, large.subarray(MIB - 5, 2 * MIB + 5))).toBe(true);
      expect(part?.stat).toEqual({ sizeBytes: large.length, version });
      await state.write('u', 'k', bytes(1));
      expect(await content(state, 'k')).toEqual(bytes(1));
    });

    it('reads one version also while the value is replaced again and again', async () => {
      const state = await tier();
      const size = 2 * MIB + 3;
      await state.write('u', 'k', new Uint8Array(size).fill(1));
      const writing = (async () => {
        for (let i = 2; i < 12; i += 1) await state.write('u', 'k', new Uint8Array(size).fill(i));
      })();
      for (let i = 0; i < 6; i += 1) {
        const read = await content(state, 'k');
        expect(read?.length).toBe(size);
        expect(new Set(read).size).toBe(1);
      }
      await writing;
    });
  });

  describe(`global state: ${name}: versions`, () => {
    it('gives every change a greater version', async () => {
      const state = await tier();
      const versions: (number | undefined)[] = [(await state.write('u', 'k', new Uint8Array(8))).version];
      versions.push((await state.write('u', 'k', new Uint8Array(8))).version);
      versions.push((await state.writeRanges('u', 'k', 8, [{ offset: 0, bytes: bytes(1) }])).version);
      await state.add('u', 'k', 0, 1n, 4);
      versions.push((await state.stat('u', 'k'))?.version);
      await state.compareAndSet('u', 'k', 7, bytes(0), bytes(1));
      versions.push((await state.stat('u', 'k'))?.version);
      await state.remove('u', 'k');
      versions.push((await state.write('u', 'k', bytes())).version);
      const sorted = [...new Set(versions)].sort((a, b) => Number(a) - Number(b));
      expect(versions).toEqual(sorted);
      expect(versions.every((version) => Number.isSafeInteger(version) && Number(version) > 0)).toBe(true);
    });

    it('writes and removes on condition of a version', async () => {
      const state = await tier();
      const first = await state.write('u', 'k', bytes(1), { ifVersion: 0 });
      await expect(state.write('u', 'k', bytes(2), { ifVersion: 0 })).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
      const second = await state.write('u', 'k', bytes(3), { ifVersion: first.version });
      await expect(state.write('u', 'k', bytes(4), { ifVersion: first.version })).rejects.toMatchObject({
        code: 'STATE_CONFLICT',
        retryable: true,
      });
      await expect(state.remove('u', 'k', { ifVersion: first.version })).rejects.toMatchObject({
        code: 'STATE_CONFLICT',
      });
      expect(await content(state, 'k')).toEqual(bytes(3));
      expect(await state.remove('u', 'k', { ifVersion: second.version })).toBe(true);
      await expect(state.write('u', 'k', bytes(5), { ifVersion: second.version })).rejects.toMatchObject({
        code: 'STATE_CONFLICT',
      });
      await state.write('u', 'k', bytes(6), { ifVersion: 0 });
      expect(await content(state, 'k')).toEqual(bytes(6));
    });

    it('lets one of many writers on the same version win, also with large values', async () => {
      const state = await tier();
      const writers = Array.from({ length: 6 }, async (_, i) => {
        const value = new Uint8Array(i % 2 === 0 ? 10 : MIB + 10).fill(i);
        return state.write('u', 'k', value, { ifVersion: 0 }).then(
          () => i,
          (error) => error.code,
        );
      });
      const results = await Promise.all(writers);
      const winners = results.filter((result) => typeof result === 'number');
      expect(winners).toHaveLength(1);
      expect(results.filter((result) => result === 'STATE_CONFLICT')).toHaveLength(5);
      expect(new Set(await content(state, 'k'))).toEqual(new Set(winners));
    });
  });

  describe(`global state: ${name}: ranges`, () => {
    it('writes ranges into a value, in their order', async () => {
      const state = await tier();
      await state.write('u', 'k', bytes(0, 1, 2, 3, 4, 5));
      const ranges = [
        { offset: 1, bytes: bytes(11, 12) },
        { offset: 5, bytes: bytes(15) },
        { offset: 2, bytes: bytes(99) },
        { offset: 6, bytes: bytes() },
      ];
      const known = (await state.stat('u', 'k'))?.version;
      const { before, ...stat } = await state.writeRanges('u', 'k', 6, ranges);
      expect(before).toBe(known);
      expect(await state.read('u', 'k', 0, ALL)).toEqual({ bytes: bytes(0, 11, 99, 3, 4, 15), stat });
    });

    it('makes a value of zeros where there is none', async () => {
      const state = await tier();
      const made = await state.writeRanges('u', 'k', 5, [{ offset: 3, bytes: bytes(7) }]);
      expect([made.sizeBytes, made.before]).toEqual([5, 0]);
      expect(await content(state, 'k')).toEqual(bytes(0, 0, 0, 7, 0));
      await state.writeRanges('u', 'empty', 0, []);
      expect(await content(state, 'empty')).toEqual(bytes());
      await state.writeRanges('u', 'large', 2 * MIB, [{ offset: 2 * MIB - 1, bytes: bytes(1) }]);
      expect((await content(state, 'large'))?.indexOf(1)).toBe(2 * MIB - 1);
      expect((await state.list('u', '')).map(({ key }) => key)).toEqual(['empty', 'k', 'large']);
    });

    it('refuses another size and ranges outside, and changes nothing then', async () => {
      const state = await tier();
      const { version } = await state.write('u', 'k', bytes(1, 2, 3));
      const refused = [
        state.writeRanges('u', 'k', 4, [{ offset: 0, bytes: bytes(9) }]),
        state.writeRanges('u', 'k', 2, [{ offset: 0, bytes: bytes(9) }]),
        state.writeRanges('u', 'k', 3, [
          { offset: 0, bytes: bytes(9) },
          { offset: 2, bytes: bytes(9, 9) },
        ]),
        state.writeRanges('u', 'none', 3, [{ offset: 3, bytes: bytes(9) }]),
      ];
      for (const outcome of await Promise.allSettled(refused)) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'STATE_SIZE_MISMATCH' } });
      }
      expect(await state.read('u', 'k', 0, ALL)).toEqual({
        bytes: bytes(1, 2, 3),
        stat: { sizeBytes: 3, version },
      });
      expect(await state.stat('u', 'none')).toBeUndefined();
    });

    it('writes them on condition of a version, or that there is a value', async () => {
      const state = await tier();
      const conflict = { code: 'STATE_CONFLICT', retryable: true };
      const small = [{ offset: 1, bytes: bytes(7) }];
      // Some that travel in pieces, and some that replace the whole value.
      const large = [{ offset: 1, bytes: new Uint8Array(MIB + MIB / 2).fill(7) }];
      const whole = [{ offset: 0, bytes: new Uint8Array(2 * MIB).fill(7) }];
      for (const ranges of [small, large, whole]) {
        await state.remove('u', 'k');
        const write = (options: StateCondition) => state.writeRanges('u', 'k', 2 * MIB, ranges, options);
        await expect(write({ ifVersion: 'any' })).rejects.toMatchObject(conflict);
        await expect(write({ ifVersion: 17 })).rejects.toMatchObject(conflict);
        expect(await state.stat('u', 'k')).toBeUndefined();
        const { version } = await write({ ifVersion: 0 });
        await expect(write({ ifVersion: 0 })).rejects.toMatchObject(conflict);
        await expect(write({ ifVersion: version - 1 })).rejects.toMatchObject(conflict);
        expect((await state.stat('u', 'k'))?.version).toBe(version);
        const second = await write({ ifVersion: version });
        expect((await write({ ifVersion: 'any' })).version).toBeGreaterThan(second.version);
        expect((await state.read('u', 'k', 1, 1))?.bytes).toEqual(bytes(7));
      }
      await expect(state.write('u', 'none', bytes(1), { ifVersion: 'any' })).rejects.toMatchObject(conflict);
      await expect(state.remove('u', 'none', { ifVersion: 'any' })).rejects.toMatchObject(conflict);
      await state.write('u', 'k', bytes(1), { ifVersion: 'any' });
      expect(await state.remove('u', 'k', { ifVersion: 'any' })).toBe(true);
    });

    it('writes ranges of many pieces whole', async () => {
      const state = await tier();
      const size = 4 * MIB;
      const expected = pattern(size);
      await state.write('u', 'k', new Uint8Array(expected));
      const first = pattern(MIB + 100, 50);
      const second = pattern(MIB + 1, 90);
      await state.writeRanges('u', 'k', size, [
        { offset: 10, bytes: first },
        { offset: 2 * MIB + 7, bytes: second },
      ]);
      expected.set(first, 10);
      expected.set(second, 2 * MIB + 7);
      expect(equal(await content(state, 'k'), expected)).toBe(true);
      const whole = pattern(size, 3);
      await state.writeRanges('u', 'k', size, [{ offset: 0, bytes: whole }]);
      expect(equal(await content(state, 'k'), whole)).toBe(true);
      await expect(state.writeRanges('u', 'k', size + 1, [{ offset: 0, bytes: whole }])).rejects.toMatchObject({
        code: 'STATE_SIZE_MISMATCH',
      });
      expect(equal(await content(state, 'k'), whole)).toBe(true);
    });

    it('writes many small ranges in one go', async () => {
      const state = await tier();
      const ranges = Array.from({ length: 20_000 }, (_, i) => ({ offset: i * 2, bytes: bytes(i & 255) }));
      await state.writeRanges('u', 'k', 40_000, ranges);
      const read = await content(state, 'k');
      expect(ranges.every(({ offset }, i) => read?.[offset] === (i & 255) && read?.[offset + 1] === 0)).toBe(true);
    });

    it.each([1, 2, 3, 4, 8])('writes many ranges of whole units of %i bytes, near each other and far', async (unit) => {
      const state = await tier();
      const random = randomNumbers(unit * 7919);
      const size = 400_000;
      const expected = pattern(size);
      await state.write('u', 'k', expected.slice());
      for (const [from, step, longest] of [
        [unit, 4, 3],
        [0, 9, 1],
        [3 * unit, 2000, 3],
        [0, 2, 900],
      ] as const) {
        const ranges: StateRange[] = [];
        for (let at = from; at < size - 1000 * unit; at += unit * (1 + random(step))) {
          const range = { offset: at, bytes: pattern(unit * (1 + random(longest)), random(256)) };
          ranges.push(range);
          expected.set(range.bytes, at);
          at += range.bytes.length;
        }
        await state.writeRanges('u', 'k', size, ranges);
        expect(equal(await content(state, 'k'), expected)).toBe(true);
      }
      // Some that overlap among others that do not.
      const ranges = Array.from({ length: 40 }, (_, i) => ({ offset: i * (i < 20 ? 3 : 1), bytes: pattern(2, i) }));
      for (const range of ranges) expected.set(range.bytes, range.offset);
      await state.writeRanges('u', 'k', size, ranges);
      expect(equal(await content(state, 'k'), expected)).toBe(true);
    });

    it('writes many ranges that are more than one request holds', async () => {
      const state = await tier();
      const expected = pattern(6 * MIB);
      await state.write('u', 'k', expected.slice());
      const ranges = Array.from({ length: 60_000 }, (_, i) => ({
        offset: i * (i % 1000 < 900 ? 24 : 100),
        bytes: pattern(20, i),
      })).sort((a, b) => a.offset - b.offset);
      for (const { offset, bytes: put } of ranges) expected.set(put, offset);
      await state.writeRanges('u', 'k', expected.length, ranges);
      expect(equal(await content(state, 'k'), expected)).toBe(true);
    });

    it('keeps what several writers put into different places', async () => {
      const state = await tier();
      await state.write('u', 'k', new Uint8Array(64));
      await Promise.all(
        Array.from({ length: 64 }, (_, i) => state.writeRanges('u', 'k', 64, [{ offset: i, bytes: bytes(i + 1) }])),
      );
      expect(await content(state, 'k')).toEqual(Uint8Array.from({ length: 64 }, (_, i) => i + 1));
    });
  });

  describe(`global state: ${name}: appended records`, () => {
    it('keeps records in order, apart from the value', async () => {
      const state = await tier();
      expect(await state.readAppended('u', 'k', 3, 0)).toEqual(bytes());
      expect(await state.append('u', 'k', bytes(1))).toBe(1);
      expect(await state.append('u', 'k', bytes())).toBe(2);
      expect(await state.append('u', 'k', bytes(2, 3))).toBe(3);
      expect(await state.stat('u', 'k')).toBeUndefined();
      expect(await state.list('u', '')).toEqual([]);
      await state.write('u', 'k', bytes(9));
      expect(await state.readAppended('u', 'k', 2, 1)).toEqual(bytes(1));
      expect(await state.readAppended('u', 'k', 99, 3)).toEqual(bytes(1, 2, 3));
      expect(await state.readAppended('u', 'k', 0, 0)).toEqual(bytes());
      await expect(state.readAppended('u', 'k', 3, 2)).rejects.toMatchObject({ code: 'STATE_SIZE_MISMATCH' });
      await state.clearAppended('u', 'k');
      expect(await state.readAppended('u', 'k', 3, 0)).toEqual(bytes());
      expect(await content(state, 'k')).toEqual(bytes(9));
      expect(await state.append('u', 'k', bytes(4))).toBe(1);
      expect(await state.readAppended('u', 'k', 3, 1)).toEqual(bytes(4));
    });

    it('takes large records and many of them', async () => {
      const state = await tier();
      const large = pattern(MIB + 333);
      await state.append('u', 'k', large);
      for (let i = 0; i < 40; i += 1) await state.append('u', 'k', pattern(40_000, i));
      const records = await state.readAppended('u', 'k', 41, ALL);
      expect(records).toHaveLength(large.length + 40 * 40_000);
      const cut = (from: number, length: number): Uint8Array => records.subarray(from, from + length);
      expect(equal(cut(0, large.length), large)).toBe(true);
      for (let i = 0; i < 40; i += 1) {
        expect(equal(cut(large.length + i * 40_000, 40_000), pattern(40_000, i))).toBe(true);
      }
      expect(equal(await state.readAppended('u', 'k', 2, ALL), cut(0, large.length + 40_000))).toBe(true);
      const short = state.readAppended('u', 'k', 41, records.length - 1);
      await expect(short).rejects.toMatchObject({ code: 'STATE_SIZE_MISMATCH' });
    });

    it('reads thousands of small and empty records', async () => {
      const state = await tier();
      const sizes = Array.from({ length: 3000 }, (_, i) => i % 3);
      await Promise.all(sizes.map((size) => state.append('u', 'k', new Uint8Array(size).fill(7))));
      expect(await state.readAppended('u', 'k', 3000, 3000)).toEqual(new Uint8Array(3000).fill(7));
    });

    it('loses none of those appended at the same time', async () => {
      const state = await tier();
      const counts = await Promise.all(Array.from({ length: 50 }, (_, i) => state.append('u', 'k', bytes(i))));
      expect([...counts].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
      const records = await state.readAppended('u', 'k', 100, ALL);
      expect(records.toSorted()).toEqual(Uint8Array.from({ length: 50 }, (_, i) => i));
    });

    it('goes with the value when it is removed', async () => {
      const state = await tier();
      await state.append('u', 'k', bytes(1));
      expect(await state.remove('u', 'k')).toBe(true);
      expect(await state.readAppended('u', 'k', 1, 0)).toEqual(bytes());
      expect(await state.remove('u', 'k')).toBe(false);
    });
  });

  describe(`global state: ${name}: atomic helpers`, () => {
    it('adds to integers of 4 and 8 bytes, which wrap', async () => {
      const state = await tier();
      expect((await state.add('u', 'k', 4, 5n, 8)).sum).toBe(5n);
      expect((await state.stat('u', 'k'))?.sizeBytes).toBe(12);
      expect((await state.add('u', 'k', 4, -7n, 8)).sum).toBe(-2n);
      expect((await state.add('u', 'k', 4, 1n << 62n, 8)).sum).toBe((1n << 62n) - 2n);
      expect((await state.add('u', 'k', 4, 1n << 62n, 8)).sum).toBe((1n << 63n) - 2n);
      expect((await state.add('u', 'k', 4, 2n, 8)).sum).toBe(-(1n << 63n));
      expect((await state.add('u', 'k', 0, 2n ** 31n - 1n, 4)).sum).toBe(2n ** 31n - 1n);
      expect((await state.add('u', 'k', 0, 1n, 4)).sum).toBe(-(2n ** 31n));
      expect(await content(state, 'k')).toEqual(bytes(0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 0, 128));
      await expect(state.add('u', 'k', 5, 1n, 8)).rejects.toMatchObject({ code: 'STATE_SIZE_MISMATCH' });
      await expect(state.add('u', 'k', 9, 1n, 4)).rejects.toMatchObject({ code: 'STATE_SIZE_MISMATCH' });
    });

    it('loses no addition of many at the same time', async () => {
      const state = await tier();
      const sums = await Promise.all(Array.from({ length: 100 }, () => state.add('u', 'k', 0, 3n, 8)));
      expect(new Set(sums.map(({ sum }) => sum)).size).toBe(100);
      expect((await state.add('u', 'k', 0, 0n, 8)).sum).toBe(300n);
    });

    it('say what they have made of the value, and what it was before', async () => {
      const state = await tier();
      const made = await state.add('u', 'k', 0, 1n, 4);
      expect(made).toMatchObject({ sizeBytes: 4, before: 0, sum: 1n });
      const added = await state.add('u', 'k', 0, 1n, 4);
      expect(added).toMatchObject({ sizeBytes: 4, before: made.version });
      const replaced = await state.compareAndSet('u', 'k', 0, bytes(2), bytes(9));
      expect(replaced).toMatchObject({ sizeBytes: 4, before: added.version });
      expect((await state.stat('u', 'k'))?.version).toBe(replaced?.version);
    });

    it('replaces bytes if they are what was expected', async () => {
      const state = await tier();
      expect(await state.compareAndSet('u', 'k', 0, bytes(0), bytes(1))).toBeUndefined();
      expect(await state.stat('u', 'k')).toBeUndefined();
      const { version } = await state.write('u', 'k', bytes(0, 1, 2, 3));
      expect(await state.compareAndSet('u', 'k', 1, bytes(1, 9), bytes(5, 6))).toBeUndefined();
      expect((await state.stat('u', 'k'))?.version).toBe(version);
      expect(await state.compareAndSet('u', 'k', 1, bytes(1, 2), bytes(5, 6))).toBeDefined();
      expect(await content(state, 'k')).toEqual(bytes(0, 5, 6, 3));
      await expect(state.compareAndSet('u', 'k', 3, bytes(3, 0), bytes(1, 1))).rejects.toMatchObject({
        code: 'STATE_SIZE_MISMATCH',
      });
      await expect(state.compareAndSet('u', 'k', 0, bytes(0), bytes(1, 1))).rejects.toMatchObject({
        code: 'BAD_REQUEST',
      });
    });
  });

  describe(`global state: ${name}: locks`, () => {
    it('gives a lock to one owner at a time, with a greater fence each time', async () => {
      const state = await tier();
      const first = await state.lock('u', 'k', 'a', 60_000);
      expect(first).toBeDefined();
      expect(await state.lock('u', 'k', 'b', 60_000)).toBeUndefined();
      expect(await state.lock('u', 'k', 'a', 60_000)).toBeUndefined();
      expect(await state.lock('u', 'other', 'b', 60_000)).toBeDefined();
      expect(await state.unlock('u', 'k', 'a', first?.fence ?? 0)).toBe(true);
      const second = await state.lock('u', 'k', 'b', 60_000);
      expect(second?.fence).toBeGreaterThan(first?.fence ?? 0);
    });

    it('lets only the holder renew and unlock, and only with its fence', async () => {
      const state = await tier();
      const { fence = 0 } = (await state.lock('u', 'k', 'a', 60_000)) ?? {};
      expect(await state.renew('u', 'k', 'b', fence, 60_000)).toBe(false);
      expect(await state.renew('u', 'k', 'a', fence - 1, 60_000)).toBe(false);
      expect(await state.unlock('u', 'k', 'b', fence)).toBe(false);
      expect(await state.unlock('u', 'k', 'a', fence + 1)).toBe(false);
      expect(await state.renew('u', 'k', 'a', fence, 60_000)).toBe(true);
      expect(await state.unlock('u', 'k', 'a', fence)).toBe(true);
      expect(await state.unlock('u', 'k', 'a', fence)).toBe(false);
      expect(await state.renew('u', 'k', 'a', fence, 60_000)).toBe(false);
    });

    it('gives it to the next when the lease ends, and says so to the former holder', async () => {
      const state = await tier();
      const first = await state.lock('u', 'k', 'a', 20);
      let second = await state.lock('u', 'k', 'b', 60_000);
      while (second === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        second = await state.lock('u', 'k', 'b', 60_000);
      }
      expect(second.fence).toBeGreaterThan(first?.fence ?? 0);
      expect(await state.renew('u', 'k', 'a', first?.fence ?? 0, 60_000)).toBe(false);
      expect(await state.unlock('u', 'k', 'a', first?.fence ?? 0)).toBe(false);
      expect(await state.unlock('u', 'k', 'b', second.fence)).toBe(true);
    });

    it('gives it to one of many who ask at the same time', async () => {
      const state = await tier();
      const leases = await Promise.all(Array.from({ length: 20 }, (_, i) => state.lock('u', 'k', `o${i}`, 60_000)));
      expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1);
    });

    it('keeps a lock whatever happens to the value', async () => {
      const state = await tier();
      const { fence = 0 } = (await state.lock('u', 'k', 'a', 60_000)) ?? {};
      await state.write('u', 'k', bytes(1));
      await state.remove('u', 'k');
      expect(await state.lock('u', 'k', 'b', 60_000)).toBeUndefined();
      expect(await state.unlock('u', 'k', 'a', fence)).toBe(true);
    });
  });

  describe(`global state: ${name}: limits`, () => {
    it('refuses what exceeds the limit of the user and keeps what was there', async () => {
      const state = await tier({ userLimitBytes: 100 + ENTRY_BYTES });
      await state.write('u', 'k', new Uint8Array(90));
      const refused = [
        state.write('u', 'k', new Uint8Array(101)),
        state.write('u', 'other', new Uint8Array(50)),
        state.writeRanges('u', 'other', 50, []),
        state.add('u', 'other', 42, 1n, 8),
        state.add('u', 'other', 2 ** 50, 1n, 8),
        state.writeRanges('u', 'other', 2 ** 50, []),
        state.append('u', 'k', new Uint8Array(10)),
      ];
      for (const outcome of await Promise.allSettled(refused)) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'STATE_LIMIT' } });
      }
      expect(await state.list('u', '')).toEqual([{ key: 'k', sizeBytes: 90 }]);
      expect(await state.readAppended('u', 'k', 1, 0)).toEqual(bytes());
      await state.write('another', 'k', new Uint8Array(90));
    });

    it('gives back the room of what is replaced, removed and cleared', async () => {
      const state = await tier({ userLimitBytes: 100 + 2 * ENTRY_BYTES });
      for (let round = 0; round < 3; round += 1) await state.write('u', 'k', new Uint8Array(90));
      await state.write('u', 'k', new Uint8Array(10));
      await state.write('u', 'j', new Uint8Array(80));
      await state.remove('u', 'k');
      await state.remove('u', 'j');
      await state.append('u', 'other', new Uint8Array(90));
      await expect(state.write('u', 'k', new Uint8Array(50))).rejects.toMatchObject({ code: 'STATE_LIMIT' });
      await state.clearAppended('u', 'other');
      await state.write('u', 'k', new Uint8Array(90));
      expect((await state.stat('u', 'k'))?.sizeBytes).toBe(90);
    });

    it('counts empty values and records too', async () => {
      const state = await tier({ userLimitBytes: 100 * ENTRY_BYTES });
      const many = Promise.all(Array.from({ length: 101 }, (_, i) => state.write('u', `key-${i}`, bytes())));
      await expect(many).rejects.toMatchObject({ code: 'STATE_LIMIT' });
      const records = Promise.all(Array.from({ length: 101 }, () => state.append('v', 'k', bytes())));
      await expect(records).rejects.toMatchObject({ code: 'STATE_LIMIT' });
    });
  });
}
