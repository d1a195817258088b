import { afterEach, describe, expect, it } from '@jest/globals';
import type { GlobalState, StateLease } from '../../src/core/global-state.ts';
import { redisGlobalState } from '../../src/stores/redis-global-state.ts';
import {
  type RedisServer,
  type RedisServerOptions,
  startRedis,
  startRedisCluster,
  startWatchedRedis,
} from '../support/redis-server.ts';
import { until } from '../support/until.ts';

const MIB = 1024 * 1024;
const ALL = Number.MAX_SAFE_INTEGER;
const LEASE_MS = 1500;

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function open(url: string, timeoutMs: number): GlobalState {
  const state = redisGlobalState({ url, timeoutMs });
  cleanUps.push(() => state.close());
  return state;
}

async function start(options: RedisServerOptions): Promise<RedisServer> {
  const server = await startRedis(options);
  cleanUps.push(() => server.remove());
  return server;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What a worker has tried and what of it was acknowledged. */
interface Count {
  tried: number;
  acknowledged: number;
  readonly codes: Set<string>;
}

/** Does `work` with 1, 2, 3, ... until `stopped`, and remembers in `count` how it ended each time. */
async function repeat(
  stopped: () => boolean,
  work: (round: number) => Promise<unknown>,
  count: Count = { tried: 0, acknowledged: 0, codes: new Set() },
): Promise<Count> {
  while (!stopped()) {
    count.tried += 1;
    try {
      await work(count.tried);
      count.acknowledged += 1;
    } catch (error) {
      count.codes.add(String((error as { code?: unknown }).code));
      await pause(5);
    }
  }
  return count;
}

const number = (value: number): Uint8Array => new Uint8Array(Float64Array.of(value).buffer);
const numberOf = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true);

/** Workers of all kinds that use `state` while `trouble` happens, and what must be true of what they did. */
async function survives(state: GlobalState, trouble: () => Promise<void>): Promise<void> {
  let stop = false;
  const stopped = (): boolean => stop;
  const last = { pushed: 0, large: 0 };
  const size = 2 * MIB + 5;
  await state.write('u', 'pushed', new Uint8Array(64));
  await state.write('u', 'large', new Uint8Array(size));
  const counts: Count[] = [];
  const worker = (work: (round: number) => Promise<unknown>): Promise<Count> => {
    const count: Count = { tried: 0, acknowledged: 0, codes: new Set() };
    counts.push(count);
    return repeat(stopped, work, count);
  };
  /** Each of them has had something acknowledged from now on. */
  const allAcknowledged = (): Promise<void> => {
    const before = counts.map(({ acknowledged }) => acknowledged);
    return until(async () => counts.every(({ acknowledged }, at) => acknowledged > (before[at] ?? 0)));
  };
  const work = [
    worker(async (round) => {
      await state.writeRanges('u', 'pushed', 64, [
        { offset: 0, bytes: number(round) },
        { offset: 56, bytes: number(round) },
      ]);
      last.pushed = round;
    }),
    worker(async (round) => {
      await state.write('u', 'large', new Uint8Array(size).fill(round & 255));
      last.large = round;
    }),
    worker(() => state.add('u', 'sum', 0, 1n, 8)),
    worker((round) => state.append('u', 'records', number(round))),
    worker(async () => {
      // Pulls: what is read is whole and never older than what had been acknowledged before.
      const pushed = last.pushed;
      const large = last.large;
      const small = (await state.read('u', 'pushed', 0, ALL))?.bytes ?? new Uint8Array(64);
      expect(numberOf(small)).toBe(numberOf(small.subarray(56)));
      expect(numberOf(small)).toBeGreaterThanOrEqual(pushed);
      const read = (await state.read('u', 'large', 0, ALL))?.bytes ?? new Uint8Array();
      expect([read.length, new Set(read).size]).toEqual([size, 1]);
      expect((Number(read[0]) - large) & 255).toBeLessThan(128);
    }),
  ];
  const locking = compete(state, stopped);
  await allAcknowledged();
  await trouble();
  await allAcknowledged();
  stop = true;
  const [pushes, larges, sums, appends, pulls] = (await Promise.all(work)) as [Count, Count, Count, Count, Count];
  for (const { codes } of [pushes, larges, sums, appends, pulls]) {
    expect([...codes].filter((code) => code !== 'STATE_UNAVAILABLE')).toEqual([]);
  }
  // Somebody has noticed: otherwise this test would show nothing.
  expect([pushes, larges, sums, appends, pulls].some(({ codes }) => codes.size > 0)).toBe(true);

  const small = (await state.read('u', 'pushed', 0, ALL))?.bytes ?? new Uint8Array(64);
  expect(numberOf(small)).toBeGreaterThanOrEqual(last.pushed);
  expect(numberOf(small)).toBeLessThanOrEqual(pushes.tried);
  const sum = Number((await state.add('u', 'sum', 0, 0n, 8)).sum);
  expect(sum).toBeGreaterThanOrEqual(sums.acknowledged);
  expect(sum).toBeLessThanOrEqual(sums.tried);
  const bytes = await state.readAppended('u', 'records', ALL, ALL);
  const records = Array.from({ length: bytes.length / 8 }, (_, i) => numberOf(bytes.subarray(8 * i)));
  expect(new Set(records).size).toBe(records.length);
  expect(records.length).toBeGreaterThanOrEqual(appends.acknowledged);
  expect(records.length).toBeLessThanOrEqual(appends.tried);
  await locking;
}

/** Owners who want one lock: no two may believe that they have it, and fences grow. */
async function compete(state: GlobalState, stopped: () => boolean): Promise<void> {
  let holder = '';
  let holdsUntil = 0;
  let fence = 0;
  const own = async (owner: string): Promise<void> => {
    await repeat(stopped, async () => {
      const asked = performance.now();
      const lease: StateLease | undefined = await state.lock('u', 'lock', owner, LEASE_MS);
      if (lease === undefined) return pause(5);
      // The lease cannot end before this: the tier began to count after it was asked.
      const until = asked + LEASE_MS;
      const now = performance.now();
      if (now >= until) return;
      if (holder !== '' && holdsUntil > now) throw new Error(`${owner} and ${holder} have the lock`);
      if (lease.fence <= fence) throw new Error(`fence ${lease.fence} after ${fence}`);
      holder = owner;
      holdsUntil = until;
      fence = lease.fence;
      await pause(10);
      if (holder === owner && fence === lease.fence) holder = '';
      await state.unlock('u', 'lock', owner, lease.fence);
    }).then(({ codes }) => expect([...codes].filter((code) => code !== 'STATE_UNAVAILABLE')).toEqual([]));
  };
  await Promise.all(['a', 'b', 'c'].map(own));
}

describe('state in Redis: faults', () => {
  it('is killed and started again, twice, during pushes, pulls and locks', async () => {
    const server = await start({ durable: true });
    await survives(open(server.url, 1000), async () => {
      for (let round = 0; round < 2; round += 1) {
        await server.kill();
        await pause(50);
        await server.restart();
        await pause(300);
      }
    });
  });

  it('stands still for longer than the time limit, and goes on', async () => {
    const server = await start({ durable: true });
    await survives(open(server.socketUrl, 300), async () => {
      server.stall();
      await pause(1200);
      server.resume();
    });
  });

  it('makes nothing of a large value of which a restart forgot a part', async () => {
    const server = await start({});
    const state = open(server.url, 2000);
    await state.write('u', 'k', new Uint8Array(3).fill(1));
    let forgotten = 0;
    // Now and then it is killed before it has anything of the value, and gets all of it afterwards.
    for (let round = 0; forgotten < 2 && round < 20; round += 1) {
      const value = new Uint8Array(48 * MIB).fill(7);
      const writing = state.write('u', 'large', value).then(
        () => 'written',
        (error) => error.code,
      );
      await pause(10 * round);
      await server.kill();
      await server.restart();
      const outcome = await writing;
      expect(['written', 'STATE_UNAVAILABLE']).toContain(outcome);
      if (outcome !== 'written') forgotten += 1;
      const read = await state.read('u', 'large', 0, ALL);
      if (read !== undefined) expect([read.bytes.length, new Set(read.bytes).size]).toEqual([value.length, 1]);
    }
    expect(forgotten).toBeGreaterThan(0);
  });

  it('is full: says so, keeps what is there, lets go of locks, and takes more once there is room', async () => {
    const server = await start({ maxMemoryBytes: 24 * MIB });
    const state = open(server.url, 60_000);
    const lease = await state.lock('u', 'lock', 'a', 600_000);
    const fence = lease?.fence ?? 0;
    await state.append('u', 'records', number(1));
    const kept: string[] = [];
    let code = '';
    for (let i = 0; code === ''; i += 1) {
      // Every other one in pieces.
      const value = new Uint8Array(i % 2 === 0 ? MIB / 2 : MIB + MIB / 2).fill(i);
      await state.write('u', `k${i}`, value).then(
        () => kept.push(`k${i}`),
        (error) => {
          code = error.code;
        },
      );
    }
    expect(code).toBe('STATE_FULL');
    expect(kept.length).toBeGreaterThan(3);
    // Until nothing at all fits.
    for (let i = 0; i < 200; i += 1) await state.append('u', 'filler', new Uint8Array(100_000)).catch(() => undefined);
    const refused = await Promise.allSettled([
      state.write('u', 'k0', new Uint8Array(MIB)),
      state.write('u', 'k0', new Uint8Array(3 * MIB)),
      state.writeRanges('u', 'k1', MIB + MIB / 2, [{ offset: 0, bytes: number(9) }]),
      state.add('u', 'k0', 0, 1n, 8),
      state.append('u', 'records', number(2)),
      state.lock('u', 'other', 'a', 1000),
    ]);
    expect(refused.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'done'))).toEqual(
      refused.map(() => 'STATE_FULL'),
    );
    for (const [i, key] of kept.entries()) {
      expect(new Set((await state.read('u', key, 0, ALL))?.bytes)).toEqual(new Set([i]));
    }
    expect(await state.readAppended('u', 'records', 9, ALL)).toEqual(number(1));
    expect(await state.renew('u', 'lock', 'a', fence, 600_000)).toBe(true);
    expect(await state.unlock('u', 'lock', 'a', fence)).toBe(true);
    for (const key of [...kept, 'filler']) expect(await state.remove('u', key)).toBe(true);
    await state.write('u', 'again', new Uint8Array(MIB));
    expect((await state.lock('u', 'lock', 'b', 1000))?.fence).toBeGreaterThan(fence);
  });

  it('fails over to a replica: goes on by itself with what the replica had', async () => {
    const watched = await startWatchedRedis();
    cleanUps.push(() => watched.remove());
    const state = open(watched.url, 200_000);
    const before = await state.write('u', 'k', number(1));
    const lease = await state.lock('u', 'lock', 'a', 600_000);
    const fence = lease?.fence ?? 0;
    await state.append('u', 'records', number(1));
    await watched.caughtUp();
    await watched.watch();
    await watched.master.kill();
    // It waits for the new master, which is within the time limit.
    const after = await state.write('u', 'k2', number(2));
    expect(after.version).toBeGreaterThan(before.version);
    expect(await state.stat('u', 'k')).toEqual(before);
    expect(await state.readAppended('u', 'records', 9, ALL)).toEqual(number(1));
    expect(await state.lock('u', 'lock', 'b', 1000)).toBeUndefined();
    expect(await state.renew('u', 'lock', 'a', fence, 600_000)).toBe(true);
    expect(await state.unlock('u', 'lock', 'a', fence)).toBe(true);
    expect((await state.lock('u', 'lock', 'b', 1000))?.fence).toBeGreaterThan(fence);
    // The former master comes back as a replica.
    await watched.master.restart();
    await state.write('u', 'k', number(3));
    expect((await state.read('u', 'k', 0, 8))?.bytes).toEqual(number(3));
  });

  it('is a cluster that loses a server: its keys fail, all others go on, and all is there when it is back', async () => {
    const cluster = await startRedisCluster();
    cleanUps.push(() => cluster.remove());
    const state = open(cluster.url, 60_000);
    const impatient = open(cluster.url, 1000);
    const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);
    for (const [i, key] of keys.entries()) await state.write(`u${i}`, key, number(i));
    await cluster.servers[1]?.kill();
    const outcomes = await Promise.allSettled(keys.map((key, i) => impatient.add(`u${i}`, key, 0, 0n, 8)));
    const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'done'));
    expect(new Set(codes)).toEqual(new Set(['done', 'STATE_UNAVAILABLE']));
    await cluster.servers[1]?.restart();
    await until(() =>
      state.stat('u0', 'k0').then(
        () => true,
        () => false,
      ),
    );
    for (const [i, key] of keys.entries()) {
      await until(() =>
        state.stat(`u${i}`, key).then(
          () => true,
          () => false,
        ),
      );
      expect((await state.read(`u${i}`, key, 0, 8))?.bytes).toEqual(number(i));
      await state.write(`u${i}`, key, number(-i));
    }
  });
});
