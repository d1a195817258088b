import { describe, expect, it } from '@jest/globals';
import type { ObjectStore } from '../../../src/core/object-store.ts';
import type { FunctionStore } from '../../../src/core/ports.ts';
import { codeHash } from '../../../src/stores/code-hash.ts';
import { functionStore } from '../../../src/stores/function-store.ts';
import { memoryObjectStore } from '../../../src/stores/memory-object-store.ts';

const HELLO = { user: 'demo', function: 'hello' };
const DAY_MS = 86_400_000;
const SEEDS = 300;
const UNKNOWN_VERSION = '20200101T000000000Z-00000000';

/** What a host may be told while others change the same function. Code and documents can be away for a moment. */
const EXPECTED = ['FUNCTION_NOT_FOUND', 'VERSION_NOT_FOUND', 'VERSION_IN_USE', 'STORE_CORRUPT'];

type Random = (below: number) => number;

function randomNumbers(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

async function pause(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await undefined;
}

/** `objects` as they are seen over a network: every request takes its time, on the way there and back. */
function delayed(objects: ObjectStore, random: Random): ObjectStore {
  const slowly = async <T>(work: () => Promise<T>): Promise<T> => {
    await pause(random(6));
    const result = await work();
    await pause(random(6));
    return result;
  };
  return {
    ...objects,
    put: (key, bytes) => slowly(() => objects.put(key, bytes)),
    get: (key) => slowly(() => objects.get(key)),
    list: (prefix) => slowly(() => objects.list(prefix)),
    remove: (key) => slowly(() => objects.remove(key)),
  };
}

const code = (value: number): Uint8Array => Uint8Array.of(0, 97, 115, 109, value);

async function upload(store: FunctionStore, value: number): Promise<unknown> {
  return store.put(HELLO, code(value), codeHash(code(value)), {});
}

/** Hosts on the same objects, the first of which is alone when it is used before and after the others. */
function openHosts(count: number, random: Random): [FunctionStore, ...FunctionStore[]] {
  const objects = memoryObjectStore();
  // A clock far ahead makes all code look old, so that the removal of code is not held back.
  const now = (): number => Date.now() + DAY_MS;
  const others = Array.from({ length: count }, () => functionStore({ objects: delayed(objects, random), now }));
  return [functionStore({ objects, now }), ...others];
}

/** Lets three hosts work on one function at the same time; answers a store that nobody uses any more. */
async function race(
  seed: number,
  actions: readonly ((store: FunctionStore, random: Random) => Promise<unknown>)[],
): Promise<FunctionStore> {
  const random = randomNumbers(seed);
  const [calm, ...others] = openHosts(3, random);
  await upload(calm, 1);
  await upload(calm, 2);
  const hosts = others.map(async (store) => {
    for (let step = 0; step < 4; step += 1) {
      await actions[random(actions.length)]?.(store, random).catch((error: { code: string }) => {
        if (!EXPECTED.includes(error.code)) throw error;
      });
    }
  });
  await Promise.all(hosts);
  return calm;
}

describe('function store with several hosts that change one function at the same time', () => {
  it('has all versions with their code in the end, whatever is uploaded, rolled back, removed and collected', async () => {
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const store = await race(seed, [
        (host, random) => upload(host, random(3)),
        (host) => host.rollback(HELLO),
        (host) => host.collect(HELLO, 0),
        async (host, random) => {
          const { versions } = await host.versions(HELLO);
          await host.removeVersion(HELLO, versions[random(versions.length)]?.version ?? UNKNOWN_VERSION);
        },
      ]);
      const { versions } = await store.versions(HELLO);
      const current = await store.get(HELLO);
      expect(versions).toContainEqual(current.document);
      for (const { version, sha256 } of versions) {
        expect(codeHash((await store.get(HELLO, version)).wasm)).toBe(sha256);
      }
    }
  });

  it('has the code of an upload also when another host was about to remove it', async () => {
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const random = randomNumbers(seed);
      const [calm, ...others] = openHosts(2, random);
      await upload(calm, 1);
      await upload(calm, 2);
      await calm.removeVersion(HELLO, codeHash(code(1)));
      const [uploader, collector] = others;
      // The one that uploads needs fewer requests before it matters.
      const uploaded = pause(random(100)).then(() => uploader && upload(uploader, 1));
      await Promise.all([uploaded, collector?.collect(HELLO, 1)]);
      expect((await calm.get(HELLO)).wasm).toEqual(code(1));
    }
  });

  it('has a function that works, or none, also when it is removed', async () => {
    let removed = 0;
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const store = await race(seed, [
        (host, random) => upload(host, random(3)),
        (host) => host.remove(HELLO),
        (host) => host.rollback(HELLO),
        (host) => host.collect(HELLO, 0),
      ]);
      if ((await store.current(HELLO)) === undefined) removed += 1;
      else expect((await store.get(HELLO)).wasm).toHaveLength(5);
    }
    expect(removed).toBeGreaterThan(0);
    expect(removed).toBeLessThan(SEEDS);
  });
});
