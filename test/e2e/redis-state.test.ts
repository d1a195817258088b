import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRuntime } from '../../src/runtime.ts';
import { type RedisGlobalStateOptions, redisGlobalState } from '../../src/stores/redis-global-state.ts';
import { type Certificate, makeCertificate } from '../support/certificates.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { startServerProcess } from '../support/server-process.ts';
import { temporaryFolder } from '../support/store-folder.ts';

const PASSWORD = 'a-password-of-the-tests';

/** How a client fails that has 200 ms, or more where that is too little for a busy machine to find out what is `wrong`. */
async function failure(options: RedisGlobalStateOptions, wrong: string): Promise<Error> {
  for (let timeoutMs = 200; ; timeoutMs *= 10) {
    const state = redisGlobalState({ ...options, timeoutMs });
    const error = await state.stat('u', 'k').catch((reason) => reason);
    await state.close();
    if (String(error.message).includes(wrong) || timeoutMs > 10_000) return error;
  }
}

describe('state in Redis: connections', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis({ password: PASSWORD });
  });
  afterAll(async () => {
    await server.remove();
  });

  it('takes a password, and is refused without telling it', async () => {
    for (const url of [server.url, server.socketUrl]) {
      const state = redisGlobalState({ url });
      await state.check();
      expect(state.name).not.toContain(PASSWORD);
      await state.close();
    }
    for (const url of [server.url.replace(PASSWORD, 'wrong-password'), `redis://127.0.0.1:${server.port}`]) {
      const state = redisGlobalState({ url });
      const error = await state.write('u', 'k', new Uint8Array(1)).catch((reason) => reason);
      expect(error).toMatchObject({ code: 'STATE_DENIED' });
      expect(`${error.message}${JSON.stringify(error)}`).not.toContain('wrong-password');
      await state.close();
    }
  });

  it('is unavailable where there is none, within its time', async () => {
    const error = await failure({ url: `redis://:${PASSWORD}@127.0.0.1:1` }, 'ECONNREFUSED');
    expect(error).toMatchObject({ code: 'STATE_UNAVAILABLE', message: expect.stringContaining('ECONNREFUSED') });
    expect(error.message).not.toContain(PASSWORD);
  });

  it('is not ready where Redis throws things away when it is full', async () => {
    const evicting = await startRedis({ maxMemoryBytes: 50_000_000, settings: ['maxmemory-policy allkeys-lru'] });
    const state = redisGlobalState({ url: evicting.url });
    await expect(state.check()).rejects.toMatchObject({ message: expect.stringContaining('noeviction') });
    await state.close();
    await evicting.remove();
  });

  it('is shared by hosts, which are ready while it is there', async () => {
    const start = (redisTimeoutMs: number) =>
      createRuntime({ threads: 1, state: { kind: 'redis', redisUrl: server.url, redisTimeoutMs } });
    const hosts = [await start(60_000), await start(60_000)] as const;
    const impatient = await start(500);
    await hosts[0].state.set('u', 'k', Uint8Array.of(1, 2, 3));
    expect(await hosts[1].state.get('u', 'k')).toEqual(Uint8Array.of(1, 2, 3));
    await hosts[1].ready();
    expect(hosts[1].metrics()).toContain('faasm_state_requests_total{operation="read"} 1');
    await server.kill();
    await expect(impatient.ready()).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
    await server.restart();
    await hosts[1].ready();
    await Promise.all([...hosts, impatient].map((host) => host.close()));
  });
});

describe('state in Redis: TLS', () => {
  let tls: Certificate;
  let server: RedisServer;

  beforeAll(async () => {
    tls = await makeCertificate(temporaryFolder());
    server = await startRedis({ tls, password: PASSWORD });
  });
  afterAll(() => server.remove());

  it('is spoken with a server whose certificate is trusted, and with no other', async () => {
    const trusting = redisGlobalState({ url: server.url, ca: await readFile(tls.certificate, 'utf8') });
    const plain = redisGlobalState({ url: server.url.replace('rediss:', 'redis:'), timeoutMs: 500 });
    try {
      const { version } = await trusting.write('u', 'k', new Uint8Array(3 * 1024 * 1024).fill(7));
      const found = await trusting.read('u', 'k', 1024 * 1024, 3);
      expect([found?.bytes, found?.stat.version]).toEqual([Uint8Array.of(7, 7, 7), version]);
      expect(await failure({ url: server.url }, 'SELF_SIGNED_CERT')).toMatchObject({
        code: 'STATE_UNAVAILABLE',
        message: expect.stringContaining('SELF_SIGNED_CERT'),
      });
      await expect(plain.stat('u', 'k')).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
    } finally {
      await Promise.all([trusting, plain].map((state) => state.close()));
    }
  });

  it('is closed without harm while a connection begins', async () => {
    // An error that nobody hears fails the test.
    for (let round = 0; round < 20; round += 1) {
      const states = Array.from({ length: 20 }, () => redisGlobalState({ url: server.url }));
      const asked = Promise.allSettled(states.map((state) => state.stat('u', 'k')));
      await sleep(round);
      await Promise.all(states.map((state) => state.close()));
      await asked;
    }
  });

  it('is set up for a host as docs/operations.md says', async () => {
    const environment = { FAASM_STATE: 'redis', FAASM_REDIS_URL: server.url, NODE_EXTRA_CA_CERTS: tls.certificate };
    const host = await startServerProcess({ environment });
    try {
      expect((await fetch(`${host.upload}/s/demo/k`, { method: 'PUT', body: 'sent by TLS' })).status).toBe(200);
      expect(await (await fetch(`${host.upload}/s/demo/k`)).text()).toBe('sent by TLS');
    } finally {
      await host.kill();
    }
  });
});
