import { describe, expect, it } from '@jest/globals';
import type { ObjectStore } from '../../src/core/object-store.ts';
import type { TokenStore } from '../../src/core/ports.ts';
import { tokenStore } from '../../src/stores/token-store.ts';

const REFRESH_MS = 2000;
const GRACE_MS = 600_000;
const START = Date.UTC(2026, 10, 21);
const TOKEN = /^faasm_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/;

const unavailable = (): Error => Object.assign(new Error('away'), { code: 'STORE_UNAVAILABLE' });
const madeUp = (i: number): string => `faasm_${i.toString(16).padStart(12, '0')}_${'A'.repeat(43)}`;

/** Two hosts on the same objects, and what tests see and do of the first one's requests. */
interface Opened {
  readonly objects: ObjectStore;
  readonly store: TokenStore;
  readonly other: TokenStore;
  /** Reads and listings that the first host has asked for. */
  requests(): number;
  /** Whether the store answers the first host: not at all, with an error, or as it should. */
  answer(how: 'error' | 'never' | 'normally'): void;
  pass(ms: number): void;
}

/** What token stores do, on the object store that `open` gives empty each time. */
export function tokenStoreContract(name: string, openObjects: () => Promise<ObjectStore>): void {
  async function open(): Promise<Opened> {
    const objects = await openObjects();
    let clock = START;
    let requests = 0;
    let mode = 'normally';
    const answered = async <T>(work: () => Promise<T>): Promise<T> => {
      requests += 1;
      if (mode === 'error') throw unavailable();
      return mode === 'never' ? new Promise<T>(() => undefined) : work();
    };
    const watched: ObjectStore = {
      ...objects,
      get: (key) => answered(() => objects.get(key)),
      list: (prefix) => answered(() => objects.list(prefix)),
      put: (key, bytes) => answered(() => objects.put(key, bytes)),
    };
    const options = { refreshMs: REFRESH_MS, now: () => clock };
    return {
      objects,
      store: tokenStore({ ...options, objects: watched }),
      other: tokenStore({ ...options, objects }),
      requests: () => requests,
      answer: (how) => {
        mode = how;
      },
      pass: (ms) => {
        clock += ms;
      },
    };
  }

  describe(`token store: ${name}`, () => {
    it('creates tokens that every host accepts as their users', async () => {
      const { store, other } = await open();
      const { token, info } = await store.create({ user: 'demo', kind: 'user', note: 'for the builds' });
      expect(token).toMatch(TOKEN);
      expect(info).toEqual({
        id: token.slice(6, 18),
        user: 'demo',
        kind: 'user',
        note: 'for the builds',
        createdAt: '2026-11-21T00:00:00.000Z',
      });
      for (const host of [store, other]) {
        expect(await host.verify(token)).toEqual({ user: 'demo', kind: 'user' });
        expect(await host.list()).toEqual([info]);
      }
      const admin = await other.create({ user: '*', kind: 'admin' });
      expect(await store.verify(admin.token)).toEqual({ user: '*', kind: 'admin' });
      const tokens = await Promise.all(Array.from({ length: 20 }, () => store.create({ user: 'demo', kind: 'user' })));
      expect(new Set(tokens.map((created) => created.token)).size).toBe(20);
    });

    it('keeps nothing from which a token could be made', async () => {
      const { store, objects } = await open();
      const { token, info } = await store.create({ user: 'demo', kind: 'user' });
      const [entry] = await objects.list('');
      expect(entry?.key).toBe(`tokens/${info.id}.json`);
      const kept = new TextDecoder().decode(await objects.get(entry?.key ?? ''));
      const secret = token.slice(19);
      expect(kept).not.toContain(secret);
      expect(kept).not.toContain(Buffer.from(secret, 'base64url').toString('hex'));
      expect(JSON.stringify(await store.list())).not.toMatch(/sha|secret/i);
    });

    it('refuses what is no token, and right ids with wrong secrets', async () => {
      const { store, requests } = await open();
      const { token } = await store.create({ user: 'demo', kind: 'user' });
      const before = requests();
      const flipped = `${token.slice(0, -2)}${token.at(-2) === 'A' ? 'B' : 'A'}${token.at(-1)}`;
      const similar = Array.from({ length: 64 }, (_, i) => token.slice(0, -1) + ALPHABET[i]);
      const wrong = ['', 'faasm_', token.slice(0, -1), `${token}A`, ` ${token}`, token.toUpperCase(), flipped];
      const accepted: string[] = [];
      for (const text of [...wrong, ...similar]) if ((await store.verify(text)) !== undefined) accepted.push(text);
      expect(accepted).toEqual([token]);
      expect(await store.verify(`faasm_../../../x_${'A'.repeat(43)}`)).toBeUndefined();
      expect(requests()).toBe(before);
    });

    it('refuses users that are no names', async () => {
      const { store } = await open();
      for (const user of ['', '..', 'a/b', '*']) {
        await expect(store.create({ user, kind: 'user' })).rejects.toMatchObject({ code: 'INVALID_NAME' });
      }
      for (const ttlMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
        await expect(store.create({ user: 'u', kind: 'user', ttlMs })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
      }
      expect(await store.list()).toEqual([]);
    });

    it('revokes: at once here, after the refresh time elsewhere', async () => {
      const { store, other, pass } = await open();
      const { token, info } = await store.create({ user: 'demo', kind: 'user' });
      expect(await other.verify(token)).toBeDefined();
      expect(await store.revoke(info.id)).toBe(true);
      expect(await store.verify(token)).toBeUndefined();
      expect(await store.list()).toEqual([]);
      pass(REFRESH_MS);
      expect(await other.verify(token)).toBeUndefined();
      expect(await store.revoke(info.id)).toBe(false);
      for (const id of ['', '../x', 'zzzzzzzzzzzz', '000000000000']) expect(await store.revoke(id)).toBe(false);
    });

    it('does not accept a token that is revoked while it is looked up', async () => {
      const { store, pass } = await open();
      const { token, info } = await store.create({ user: 'demo', kind: 'user' });
      pass(REFRESH_MS);
      const [, revoked] = await Promise.all([store.verify(token), store.revoke(info.id)]);
      expect(revoked).toBe(true);
      expect(await store.verify(token)).toBeUndefined();
    });

    it('ends tokens exactly when they expire', async () => {
      const { store, other, pass } = await open();
      const { token, info } = await store.create({ user: 'demo', kind: 'admin', ttlMs: 500 });
      expect(info.expiresAt).toBe('2026-11-21T00:00:00.500Z');
      pass(499);
      for (const host of [store, other]) expect(await host.verify(token)).toBeDefined();
      expect(await store.hasAdmin()).toBe(true);
      pass(1);
      for (const host of [store, other]) expect(await host.verify(token)).toBeUndefined();
      expect(await store.hasAdmin()).toBe(false);
    });

    it('knows whether there is an administrator', async () => {
      const { store, other } = await open();
      await store.create({ user: 'demo', kind: 'user' });
      expect(await store.hasAdmin()).toBe(false);
      const { info } = await other.create({ user: 'root', kind: 'admin' });
      expect(await store.hasAdmin()).toBe(true);
      await other.revoke(info.id);
      expect(await store.hasAdmin()).toBe(false);
    });

    it('asks the store once for each refresh time, and once for all who ask at the same time', async () => {
      const { store, other, requests, pass } = await open();
      const { token } = await other.create({ user: 'demo', kind: 'user' });
      const many = (): Promise<unknown> => Promise.all(Array.from({ length: 50 }, () => store.verify(token)));
      await many();
      await many();
      expect(requests()).toBe(1);
      pass(REFRESH_MS);
      await many();
      expect(requests()).toBe(2);
    });

    it('does not hand made-up tokens on to the store, and goes on accepting real ones', async () => {
      const { store, other, requests, pass } = await open();
      const { token } = await other.create({ user: 'demo', kind: 'user' });
      for (let i = 0; i < 300; i += 1) expect(await store.verify(madeUp(i))).toBeUndefined();
      for (let i = 0; i < 300; i += 1) expect(await store.verify(madeUp(1))).toBeUndefined();
      expect(requests()).toBeLessThanOrEqual(101);
      expect(await store.verify(token)).toEqual({ user: 'demo', kind: 'user' });
      // A new one is known after the refresh time at the latest.
      const late = await other.create({ user: 'late', kind: 'user' });
      pass(REFRESH_MS);
      expect(await store.verify(late.token)).toEqual({ user: 'late', kind: 'user' });
    });

    it('believes known tokens for ten minutes while the store is away, and unknown ones not', async () => {
      const { store, other, requests, answer, pass } = await open();
      const { token } = await other.create({ user: 'demo', kind: 'user', ttlMs: 60_000 });
      const { token: lasting } = await other.create({ user: 'demo', kind: 'user' });
      for (const known of [token, lasting]) await store.verify(known);
      const { token: unknown } = await other.create({ user: 'demo', kind: 'user' });
      answer('error');
      pass(59_999);
      expect(await store.verify(token)).toEqual({ user: 'demo', kind: 'user' });
      await expect(store.verify(unknown)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await expect(store.create({ user: 'u', kind: 'user' })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      pass(1);
      expect(await store.verify(token)).toBeUndefined();
      const before = requests();
      for (let i = 0; i < 10; i += 1) expect(await store.verify(lasting)).toBeDefined();
      expect(requests() - before).toBeLessThanOrEqual(1);
      pass(GRACE_MS - 60_001);
      expect(await store.verify(lasting)).toBeDefined();
      pass(1);
      await expect(store.verify(lasting)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      answer('normally');
      pass(REFRESH_MS);
      expect(await store.verify(lasting)).toBeDefined();
      expect(await store.verify(unknown)).toBeDefined();
    });

    it('takes a store that does not answer for one that is away', async () => {
      const { store, other, answer, pass } = await open();
      const { token } = await other.create({ user: 'demo', kind: 'user' });
      await store.verify(token);
      answer('never');
      pass(REFRESH_MS);
      expect(await store.verify(token)).toEqual({ user: 'demo', kind: 'user' });
    });

    it('says which record is damaged; revoking it still works', async () => {
      const { store, objects, other, pass } = await open();
      const { token, info } = await other.create({ user: 'demo', kind: 'user' });
      const key = `tokens/${info.id}.json`;
      const good = JSON.parse(new TextDecoder().decode(await objects.get(key))) as Record<string, unknown>;
      const wrong = [
        {},
        { ...good, format: 9 },
        { ...good, id: '0' },
        { ...good, kind: 'root' },
        { ...good, secretSha256: '' },
      ];
      for (const record of wrong) {
        await objects.put(key, new TextEncoder().encode(JSON.stringify(record)));
        await expect(store.verify(token)).rejects.toMatchObject({
          code: 'STORE_CORRUPT',
          message: expect.stringContaining(key),
        });
        pass(REFRESH_MS);
      }
      expect(await store.revoke(info.id)).toBe(true);
      expect(await store.verify(token)).toBeUndefined();
    });
  });
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
