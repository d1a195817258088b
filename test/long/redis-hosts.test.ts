import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ShellStep } from '../support/guests/state-shell.ts';
import { type RedisHosts, runShell, send, startRedisHosts } from '../support/redis-hosts.ts';
import { sleep } from '../support/runtime.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { temporaryFolder } from '../support/store-folder.ts';

const STALL_MS = 10_000;

let hosts: RedisHosts;
let one: ServerProcess;
let other: ServerProcess;

beforeAll(async () => {
  hosts = await startRedisHosts(temporaryFolder());
  ({ one, other } = hosts);
});
afterAll(() => hosts.stop());

async function globalBytes(user: string): Promise<Uint8Array> {
  for (;;) {
    const { status, bytes } = await send(one, 'GET', `/s/${user}/value`);
    if (status === 200) return bytes;
    await sleep(10);
  }
}

describe('two host processes on a Redis that stands still for 10 s', () => {
  it('tell every call that needed it, lose nothing that was acknowledged, and go on by themselves', async () => {
    // Of each kind on each host one call at a time, on keys of their own: what waits behind others is not under way.
    const [pushes, pulls, locks] = [await hosts.newUser(), await hosts.newUser(), await hosts.newUser()];
    for (const user of [pushes, pulls]) await runShell(one, user, ['pointer', 8], ['push']);
    let stop = false;
    const rounds = [
      { tried: 0, pushed: 0 },
      { tried: 0, pushed: 0 },
    ];
    const worker = async (user: string, host: ServerProcess, ...steps: ShellStep[]): Promise<Set<string>> => {
      const endings = new Set<string>();
      while (!stop) {
        endings.add((await runShell(host, user, ...steps)).ending);
        await sleep(20);
      }
      return endings;
    };
    const pusher = async (own: number, host: ServerProcess): Promise<Set<string>> => {
      const endings = new Set<string>();
      const round = rounds[own] ?? { tried: 0, pushed: 0 };
      while (!stop) {
        round.tried += 1;
        const { ending } = await runShell(host, pushes, ['pointer', 8], ['store', own * 4, round.tried], ['push']);
        endings.add(ending);
        if (ending === 'success') round.pushed = round.tried;
        await sleep(20);
      }
      return endings;
    };
    const workers = Promise.all(
      [one, other].flatMap((host, own) => [
        pusher(own, host),
        worker(pulls, host, ['pull', 8], ['read', 8, 0]),
        worker(locks, host, ['lockGlobal'], ['sleep', 5], ['unlockGlobal']),
      ]),
    );
    await sleep(500);
    hosts.redis.stall();
    await sleep(STALL_MS);
    hosts.redis.resume();
    await sleep(2000);
    stop = true;
    const [push, pull, lock, ...others] = await workers;
    for (const endings of [push, pull, ...others.slice(0, 2)]) {
      expect([...(endings ?? [])].sort()).toEqual(['STATE_UNAVAILABLE', 'success']);
    }
    // Who had it may have lost it.
    for (const endings of [lock, others[2]]) {
      expect([...(endings ?? [])].filter((ending) => ending !== 'LOCK_LOST').sort()).toEqual([
        'STATE_UNAVAILABLE',
        'success',
      ]);
    }
    const last = new Uint32Array((await globalBytes(pushes)).slice().buffer);
    for (const [own, { tried, pushed }] of rounds.entries()) {
      expect(last[own]).toBeGreaterThanOrEqual(pushed);
      expect(last[own]).toBeLessThanOrEqual(tried);
    }
    // What was told to have failed has not been forgotten either: it goes with the next push.
    for (const [own, host] of [one, other].entries()) {
      await runShell(host, pushes, ['pointer', 8], ['push']);
      expect(new Uint32Array((await globalBytes(pushes)).slice().buffer)[own]).toBe(rounds[own]?.tried);
    }
  });

  it('take the lock from a call whose lease ended meanwhile, and refuse its push', async () => {
    const user = await hosts.newUser();
    await runShell(one, user, ['write', 4, 0, 0], ['push']);
    const late = runShell(one, user, ['lockGlobal'], ['pointer', 4], ['store', 0, 13], ['sleep', 14_000], ['push']);
    await sleep(500);
    hosts.redis.stall();
    await sleep(STALL_MS + 1000);
    hosts.redis.resume();
    const next = await runShell(other, user, ['lockGlobal'], ['write', 4, 0, 7], ['push'], ['unlockGlobal']);
    expect([next.ending, (await late).ending]).toEqual(['success', 'LOCK_LOST']);
    expect(await globalBytes(user)).toEqual(Uint8Array.of(7, 0, 0, 0));
  });
});

it('the lock of a host that is killed is given to another one, once its lease has ended', async () => {
  const user = await hosts.newUser();
  const third = await hosts.startHost();
  const holding = runShell(third, user, ['lockGlobal'], ['write', 4, 0, 1], ['push'], ['sleep', 60_000]);
  const cut = expect(holding).rejects.toThrow();
  await globalBytes(user);
  await third.kill();
  await cut;
  expect(await runShell(other, user, ['lockGlobal'], ['read', 4, 0], ['unlockGlobal'])).toEqual({
    ending: 'success',
    words: [1],
  });
});
