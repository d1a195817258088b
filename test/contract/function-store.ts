import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { FunctionDocument, FunctionSettings } from '../../src/core/function-document.ts';
import type { FunctionRef } from '../../src/core/names.ts';
import type { ObjectStore } from '../../src/core/object-store.ts';
import type { FunctionStore } from '../../src/core/ports.ts';
import type { CodeCache } from '../../src/stores/code-cache.ts';
import { functionStore } from '../../src/stores/function-store.ts';

const HELLO: FunctionRef = { user: 'demo', function: 'hello' };
const SETTINGS: FunctionSettings = { limits: { timeoutMs: 5 }, environment: { A: 'b' }, grants: { state: 'read' } };
const START = Date.UTC(2026, 10, 21);
const HOUR_MS = 3_600_000;
const UNKNOWN_VERSION = '20200101T000000000Z-00000000';

const code = (...values: number[]): Uint8Array => Uint8Array.from([0, 97, 115, 109, ...values]);
const sha256 = (wasm: Uint8Array): string => createHash('sha256').update(wasm).digest('hex');
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const rejects = (work: Promise<unknown>, errorCode: string): Promise<void> =>
  expect(work).rejects.toMatchObject({ code: errorCode });

/** A function store with what tests do to it from outside. */
interface Opened {
  readonly objects: ObjectStore;
  readonly store: FunctionStore;
  /** Another host on the same objects, without a cache. */
  readonly other: FunctionStore;
  /** Sets the clock of both hosts forward. */
  pass(ms: number): void;
  put(wasm: Uint8Array, ref?: FunctionRef, settings?: FunctionSettings): Promise<FunctionDocument>;
  /** Keys of objects that hold code. */
  codeKeys(): Promise<string[]>;
}

/** What function stores do, on the object store that `openObjects` gives empty each time, behind the cache that `openCache` gives. */
export function functionStoreContract(
  name: string,
  openObjects: () => Promise<ObjectStore>,
  openCache?: () => CodeCache,
): void {
  async function open(): Promise<Opened> {
    const objects = await openObjects();
    let clock = START;
    const now = (): number => clock;
    const cache = openCache?.();
    const store = functionStore({ objects, now, ...(cache === undefined ? {} : { cache }) });
    return {
      objects,
      store,
      other: functionStore({ objects, now }),
      pass: (ms) => {
        clock += ms;
      },
      put: (wasm, ref = HELLO, settings = {}) => store.put(ref, wasm, sha256(wasm), settings),
      codeKeys: async () => (await objects.list('')).map(({ key }) => key).filter((key) => key.endsWith('.wasm')),
    };
  }

  describe(`function store: ${name}`, () => {
    it('gives back what was put', async () => {
      const { store, put } = await open();
      const document = await put(code(1), HELLO, SETTINGS);
      expect(document).toEqual({
        format: 1,
        ...HELLO,
        version: `20261121T000000000Z-${sha256(code(1)).slice(0, 8)}`,
        createdAt: '2026-11-21T00:00:00.000Z',
        sha256: sha256(code(1)),
        sizeBytes: 5,
        settings: SETTINGS,
      });
      expect(await store.document(HELLO)).toEqual(document);
      expect(await store.get(HELLO)).toEqual({ document, wasm: code(1) });
      expect(await store.current(HELLO)).toBe(document.version);
      expect(await store.versions(HELLO)).toEqual({ current: document.version, versions: [document] });
    });

    it('knows nothing of what was not put', async () => {
      const { store } = await open();
      expect(await store.current(HELLO)).toBeUndefined();
      expect(await store.list()).toEqual([]);
      expect(await store.remove(HELLO)).toBe(false);
      await rejects(store.get(HELLO), 'FUNCTION_NOT_FOUND');
      await rejects(store.document(HELLO), 'FUNCTION_NOT_FOUND');
      await rejects(store.document(HELLO, UNKNOWN_VERSION), 'FUNCTION_NOT_FOUND');
      await rejects(store.versions(HELLO), 'FUNCTION_NOT_FOUND');
      await rejects(store.rollback(HELLO), 'FUNCTION_NOT_FOUND');
      await rejects(store.removeVersion(HELLO, UNKNOWN_VERSION), 'FUNCTION_NOT_FOUND');
      await rejects(store.collect(HELLO, 1), 'FUNCTION_NOT_FOUND');
    });

    it('keeps every version, the newest one current', async () => {
      const { store, other, put, pass } = await open();
      const first = await put(code(1));
      pass(1000);
      const second = await put(code(2), HELLO, SETTINGS);
      const third = await put(code(2));
      expect((await store.get(HELLO)).wasm).toEqual(code(2));
      expect(await other.versions(HELLO)).toEqual({ current: third.version, versions: [third, second, first] });
      expect(await store.get(HELLO, first.version)).toEqual({ document: first, wasm: code(1) });
    });

    it('gives versions ids that grow where clocks stand still or go back', async () => {
      const { other, put, pass } = await open();
      const versions = [await put(code(1)), await put(code(1))];
      pass(-HOUR_MS);
      versions.push(await other.put(HELLO, code(1), sha256(code(1)), {}));
      const ids = versions.map(({ version }) => version);
      expect([...ids].sort()).toEqual(ids);
      expect(new Set(ids).size).toBe(3);
    });

    it('finds versions by id and by digits of the hash of their code', async () => {
      const { store, put } = await open();
      const first = await put(code(1));
      await put(code(2));
      const again = await put(code(1), HELLO, SETTINGS);
      expect(await store.document(HELLO, first.version)).toEqual(first);
      for (const digits of [8, 20, 64]) {
        expect(await store.document(HELLO, sha256(code(1)).slice(0, digits))).toEqual(again);
      }
      const almost = `${sha256(code(1)).slice(0, 63)}${sha256(code(1)).endsWith('0') ? '1' : '0'}`;
      await rejects(store.document(HELLO, almost), 'VERSION_NOT_FOUND');
      await rejects(store.document(HELLO, UNKNOWN_VERSION), 'VERSION_NOT_FOUND');
      await rejects(store.get(HELLO, 'f'.repeat(8)), 'VERSION_NOT_FOUND');
      for (const bad of ['', '1234567', '../current', `${first.version}x`]) {
        await rejects(store.document(HELLO, bad), 'INVALID_NAME');
      }
    });

    it('rolls back, one version or to any, and forward again', async () => {
      const { store, other, put } = await open();
      const [first, second, third] = [await put(code(1)), await put(code(2)), await put(code(3))];
      expect(await store.rollback(HELLO)).toEqual(second);
      expect((await other.get(HELLO)).wasm).toEqual(code(2));
      expect(await store.rollback(HELLO)).toEqual(first);
      await rejects(store.rollback(HELLO), 'VERSION_NOT_FOUND');
      expect(await store.rollback(HELLO, third.version)).toEqual(third);
      expect(await store.rollback(HELLO, first.sha256.slice(0, 12))).toEqual(first);
      expect(await other.current(HELLO)).toBe(first.version);
      await rejects(store.rollback(HELLO, UNKNOWN_VERSION), 'VERSION_NOT_FOUND');
      const fourth = await put(code(4));
      expect((await store.versions(HELLO)).versions).toEqual([fourth, third, second, first]);
      expect(await store.current(HELLO)).toBe(fourth.version);
    });

    it('removes versions, but not the current one', async () => {
      const { store, put } = await open();
      const [first, second] = [await put(code(1)), await put(code(2))];
      await rejects(store.removeVersion(HELLO, second.version), 'VERSION_IN_USE');
      await rejects(store.removeVersion(HELLO, second.sha256), 'VERSION_IN_USE');
      await store.removeVersion(HELLO, first.sha256);
      await rejects(store.get(HELLO, first.version), 'VERSION_NOT_FOUND');
      await rejects(store.removeVersion(HELLO, first.version), 'VERSION_NOT_FOUND');
      await rejects(store.rollback(HELLO), 'VERSION_NOT_FOUND');
      expect((await store.get(HELLO)).wasm).toEqual(code(2));
    });

    it('removes a function with everything that was kept of it, and takes it anew', async () => {
      const { store, objects, put } = await open();
      await put(code(1));
      await put(code(2));
      await put(code(1), { user: 'demo', function: 'hello2' });
      expect(await store.remove(HELLO)).toBe(true);
      expect(await store.current(HELLO)).toBeUndefined();
      expect(await objects.list('functions/demo/hello/')).toEqual([]);
      expect(await store.remove(HELLO)).toBe(false);
      expect(await store.list()).toEqual([{ user: 'demo', function: 'hello2' }]);
      const again = await put(code(3));
      expect((await store.versions(HELLO)).versions).toEqual([again]);
    });

    it('collects old versions, and code that no version uses once no upload can want it', async () => {
      const { store, put, pass, codeKeys } = await open();
      const documents: FunctionDocument[] = [];
      for (const value of [1, 2, 3, 2, 4]) documents.push(await put(code(value)));
      await store.rollback(HELLO, documents[0]?.version);
      expect(await store.collect(HELLO, 2)).toEqual([documents[2]?.version, documents[1]?.version]);
      // Current, and the two newest ones; the clock of the store of objects is the real one.
      expect((await store.versions(HELLO)).versions).toEqual([documents[4], documents[3], documents[0]]);
      expect(await codeKeys()).toHaveLength(4);
      pass(Date.now() - START + 2 * HOUR_MS);
      expect(await store.collect(HELLO, 2)).toEqual([]);
      const left = [1, 2, 4].map((value) => `functions/demo/hello/wasm/${sha256(code(value))}.wasm`);
      expect(await codeKeys()).toEqual(left.sort());
      for (const document of [documents[0], documents[3], documents[4]]) {
        expect((await store.get(HELLO, document?.version)).document).toEqual(document);
      }
      expect(await store.collect(HELLO, 0)).toHaveLength(2);
      expect((await store.versions(HELLO)).versions).toEqual([documents[0]]);
    });

    it('lists functions, of all users or of one, also where their joined names are equal', async () => {
      const { store, put } = await open();
      const refs = [
        { user: 'a', function: 'b-c' },
        { user: 'a', function: 'versions' },
        { user: 'a-b', function: 'c' },
        { user: 'a.b', function: 'c' },
        { user: 'versions', function: 'current.json' },
      ];
      for (const [i, ref] of refs.entries()) await put(code(i), ref);
      const byName = (a: FunctionRef, b: FunctionRef): number =>
        `${a.user}/${a.function}` < `${b.user}/${b.function}` ? -1 : 1;
      expect(await store.list()).toEqual([...refs].sort(byName));
      expect(await store.list('a')).toEqual([refs[0], refs[1]]);
      expect(await store.list('b')).toEqual([]);
      for (const [i, ref] of refs.entries()) expect((await store.get(ref)).wasm).toEqual(code(i));
    });

    it('refuses names that could name something else', async () => {
      const { store, put } = await open();
      for (const bad of ['..', 'a/b', '', '-a']) {
        await rejects(put(code(1), { user: bad, function: 'f' }), 'INVALID_NAME');
        await rejects(put(code(1), { user: 'u', function: bad }), 'INVALID_NAME');
        await rejects(store.current({ user: 'u', function: bad }), 'INVALID_NAME');
        await rejects(store.list(bad), 'INVALID_NAME');
      }
    });

    it('is not changed through what it was given or gave', async () => {
      const { store, put } = await open();
      const wasm = Buffer.from(code(1));
      const settings = structuredClone(SETTINGS) as { environment: Record<string, string> };
      await put(wasm, HELLO, settings);
      wasm.fill(9);
      settings.environment['A'] = 'changed';
      const got = await store.get(HELLO);
      expect(got.wasm).toEqual(code(1));
      expect(got.document.settings).toEqual(SETTINGS);
      got.wasm.fill(9);
      expect((await store.get(HELLO)).wasm).toEqual(code(1));
    });

    it('keeps both versions of hosts that upload at the same time', async () => {
      const { store, other } = await open();
      const uploads = [1, 2, 3, 4].map((value) =>
        (value % 2 === 0 ? store : other).put(HELLO, code(value), sha256(code(value)), {}),
      );
      const versions = (await Promise.all(uploads)).map(({ version }) => version);
      const kept = await store.versions(HELLO);
      expect(kept.versions.map(({ version }) => version)).toEqual(versions.sort().reverse());
      expect(versions).toContain(kept.current);
      expect(await other.get(HELLO)).toEqual(await store.get(HELLO));
    });

    it('tells apart uploads of the same code at the same time', async () => {
      const { store, put } = await open();
      const environments = [1, 2, 3].map((value) => ({ environment: { VALUE: String(value) } }));
      await Promise.all(environments.map((settings) => put(code(1), HELLO, settings)));
      const kept = (await store.versions(HELLO)).versions.map(({ settings }) => settings.environment?.['VALUE']);
      expect(kept.sort()).toEqual(['1', '2', '3']);
    });

    it('says what is damaged, and is repaired by the same upload', async () => {
      const { other: store, objects } = await open();
      const document = await store.put(HELLO, code(1), sha256(code(1)), {});
      const key = `functions/demo/hello/wasm/${document.sha256}.wasm`;
      const damages: (() => Promise<unknown>)[] = [
        () => objects.put(key, code(2)),
        () => objects.put(key, code(1).subarray(0, 4)),
        () => objects.put(key, code()),
        () => objects.remove(key),
      ];
      for (const damage of damages) {
        await damage();
        await rejects(store.get(HELLO), 'STORE_CORRUPT');
        await expect(store.get(HELLO)).rejects.toMatchObject({ message: expect.stringContaining(key) });
        await store.put(HELLO, code(1), sha256(code(1)), {});
        expect((await store.get(HELLO)).wasm).toEqual(code(1));
        expect((await store.get(HELLO, document.version)).wasm).toEqual(code(1));
      }
    });

    it('says which document or pointer is damaged, and is repaired by an upload', async () => {
      const { store, objects, put } = await open();
      const pointer = 'functions/demo/hello/current.json';
      const first = await put(code(1));
      const { version } = await put(code(2));
      const key = `functions/demo/hello/versions/${version}.json`;
      const good = await objects.get(key);
      const wrong = [text(''), text({ ...first, version: 'x' }), text({ format: 1 }), text(null), Uint8Array.of(255)];
      for (const bytes of wrong) {
        await objects.put(key, bytes);
        await rejects(store.document(HELLO), 'STORE_CORRUPT');
        await expect(store.versions(HELLO)).rejects.toMatchObject({ message: expect.stringContaining(key) });
      }
      await objects.put(key, text({ ...first, format: 99 }));
      await expect(store.get(HELLO)).rejects.toMatchObject({ message: expect.stringMatching(/format 99.*reads 1/) });
      await objects.remove(key);
      await rejects(store.get(HELLO), 'STORE_CORRUPT');
      await objects.put(key, good ?? new Uint8Array());
      for (const bytes of [text('x'), text({ format: 1, version: '../x' }), text({ format: 2, version })]) {
        await objects.put(pointer, bytes);
        await rejects(store.current(HELLO), 'STORE_CORRUPT');
        await expect(store.get(HELLO)).rejects.toMatchObject({ message: expect.stringContaining(pointer) });
      }
      const repaired = await put(code(3));
      expect((await store.get(HELLO)).document).toEqual(repaired);
      // A version whose document is damaged can be removed.
      await objects.put(key, text('x'));
      await store.removeVersion(HELLO, version);
      expect((await store.versions(HELLO)).versions).toEqual([repaired, first]);
    });

    it('shows nothing of an upload that broke off, whatever it had written', async () => {
      const { objects, store, put, pass } = await open();
      let allowed = 0;
      const breaking: ObjectStore = {
        ...objects,
        put: async (key, bytes) => {
          allowed -= 1;
          if (allowed < 0) throw Object.assign(new Error('broken'), { code: 'STORE_UNAVAILABLE' });
          await objects.put(key, bytes);
        },
      };
      const broken = functionStore({ objects: breaking, now: () => START });
      for (let writes = 0; writes < 3; writes += 1) {
        allowed = writes;
        await rejects(broken.put(HELLO, code(1), sha256(code(1)), {}), 'STORE_UNAVAILABLE');
        expect(await store.current(HELLO)).toBeUndefined();
        expect(await store.list()).toEqual([]);
        await rejects(store.get(HELLO), 'FUNCTION_NOT_FOUND');
      }
      const document = await put(code(2));
      for (let writes = 0; writes < 3; writes += 1) {
        allowed = writes;
        await rejects(broken.put(HELLO, code(3), sha256(code(3)), {}), 'STORE_UNAVAILABLE');
        expect((await store.get(HELLO)).document).toEqual(document);
      }
      pass(Date.now() - START + 2 * HOUR_MS);
      await store.collect(HELLO, 0);
      expect((await objects.list('')).map(({ key }) => key)).toHaveLength(3);
      expect((await store.get(HELLO)).wasm).toEqual(code(2));
    });
  });
}
