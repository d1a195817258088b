import { mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type CodeCache, codeCache } from '../../../src/stores/code-cache.ts';
import { codeHash } from '../../../src/stores/code-hash.ts';
import { temporaryFolder } from '../../support/store-folder.ts';

const code = (value: number, sizeBytes = 100): Uint8Array => new Uint8Array(sizeBytes).fill(value);
const hash = (value: number, sizeBytes = 100): string => codeHash(code(value, sizeBytes));

interface Opened {
  readonly folder: string;
  readonly cache: CodeCache;
  readonly errors: unknown[];
  /** Which of the codes 1 to 9 a second process finds. */
  kept(): Promise<number[]>;
}

function open(maxBytes = 1000, folder = join(temporaryFolder(), 'cache')): Opened {
  const errors: unknown[] = [];
  const cache = codeCache({ folder, maxBytes, trouble: (error) => errors.push(error) });
  const kept = async (): Promise<number[]> => {
    const other = codeCache({ folder, maxBytes });
    const all = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const found = await Promise.all(all.map((value) => other.get(hash(value))));
    return all.filter((_, i) => found[i] !== undefined);
  };
  return { folder, cache, errors, kept };
}

/** Puts the last use of a file back in time, so that the order of uses does not depend on the resolution of clocks. */
function age(folder: string, value: number, seconds: number): void {
  const at = Date.now() / 1000 - seconds;
  utimesSync(join(folder, `${hash(value)}.wasm`), at, at);
}

describe('cache of code', () => {
  it('gives back what was put, also to other processes, in a buffer of its own', async () => {
    const { folder, cache } = open();
    expect(await cache.get(hash(1))).toBeUndefined();
    await cache.put(hash(1), code(1));
    const got = await codeCache({ folder, maxBytes: 1000 }).get(hash(1));
    expect(got).toEqual(code(1));
    expect(got?.buffer.byteLength).toBe(100);
  });

  it('removes what was damaged', async () => {
    const { folder, cache, errors } = open();
    const path = join(folder, `${hash(1)}.wasm`);
    for (const damaged of [code(2), code(1, 99), code(1, 0)]) {
      await cache.put(hash(1), code(1));
      writeFileSync(path, damaged);
      expect(await cache.get(hash(1))).toBeUndefined();
      expect(readdirSync(folder)).toEqual([]);
    }
    expect(errors).toEqual([]);
  });

  it('keeps what was used last within its limit', async () => {
    const { folder, cache, kept } = open(300);
    for (const value of [1, 2, 3]) await cache.put(hash(value), code(value));
    for (const value of [1, 2, 3]) age(folder, value, 100 - value);
    expect(await cache.get(hash(1))).toEqual(code(1));
    await cache.put(hash(4), code(4));
    expect(await kept()).toEqual([1, 3, 4]);
    await cache.put(hash(5, 301), code(5, 301));
    expect(await kept()).toEqual([1, 3, 4]);
    await cache.put(hash(6, 300), code(6, 300));
    expect(readdirSync(folder)).toEqual([`${hash(6, 300)}.wasm`]);
  });

  it('counts and removes what crashed processes left, and leaves files of others alone', async () => {
    const { folder, cache, kept } = open(250);
    mkdirSync(folder);
    const leftover = join(folder, `${hash(9)}.wasm.0123456789abcdef.tmp`);
    writeFileSync(leftover, code(9));
    utimesSync(leftover, 1, 1);
    writeFileSync(join(folder, 'of-others'), code(8, 1000));
    await cache.put(hash(1), code(1));
    await cache.put(hash(2), code(2));
    expect(await kept()).toEqual([1, 2]);
    expect(readdirSync(folder).sort()).toEqual([`${hash(1)}.wasm`, `${hash(2)}.wasm`, 'of-others'].sort());
  });

  it('can be used by many at the same time', async () => {
    const { folder, cache, errors } = open(300);
    const caches = [cache, open(300, folder).cache, open(300, folder).cache];
    await Promise.all(
      Array.from({ length: 90 }, async (_, i) => {
        const value = 1 + (i % 9);
        const used = caches[i % 3] ?? cache;
        await used.put(hash(value), code(value));
        const got = await used.get(hash(value));
        if (got !== undefined) expect(got).toEqual(code(value));
      }),
    );
    expect(errors).toEqual([]);
    await cache.put(hash(1), code(1));
    expect(readdirSync(folder).length).toBeLessThanOrEqual(3);
  });

  it('tells once that its folder cannot be used, and works again when it can', async () => {
    const folder = join(temporaryFolder(), 'cache');
    writeFileSync(folder, 'a file');
    const { cache, errors } = open(1000, folder);
    for (const value of [1, 2]) {
      await cache.put(hash(value), code(value));
      expect(await cache.get(hash(value))).toBeUndefined();
    }
    expect(errors).toEqual([expect.objectContaining({ code: 'EEXIST' })]);
    rmSync(folder);
    await cache.put(hash(1), code(1));
    expect(await cache.get(hash(1))).toEqual(code(1));
    rmSync(folder, { recursive: true });
    expect(await cache.get(hash(1))).toBeUndefined();
    expect(errors).toHaveLength(1);
  });

  it('does not follow symbolic links', async () => {
    const { folder, cache } = open();
    const secret = join(temporaryFolder(), 'secret');
    writeFileSync(secret, code(1));
    mkdirSync(folder);
    symlinkSync(secret, join(folder, `${hash(1)}.wasm`));
    expect(await cache.get(hash(1))).toBeUndefined();
  });
});
