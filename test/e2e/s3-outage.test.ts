import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { S3_KEYS, type S3Server, startS3Server } from '../support/s3-server.ts';
import { call } from '../support/samples.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const REFRESH_MS = 300;
const ROOT = join(import.meta.dirname, '../..');

describe('a host whose S3 goes away', () => {
  let folder: string;
  let s3: S3Server;
  let host: ServerProcess;
  let environment: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'faasm-outage-'));
    await mkdir(join(folder, 's3'));
    s3 = await startS3Server({ folder: join(folder, 's3') });
    const client = s3.client();
    await client.send(new CreateBucketCommand({ Bucket: 'functions' }));
    client.destroy();
    environment = {
      FAASM_STORE: 's3',
      FAASM_S3_BUCKET: 'functions',
      FAASM_S3_ENDPOINT: s3.endpoint,
      FAASM_STORE_REFRESH_MS: String(REFRESH_MS),
      FAASM_CACHE_DIR: join(folder, 'cache'),
      AWS_ACCESS_KEY_ID: S3_KEYS.id,
      AWS_SECRET_ACCESS_KEY: S3_KEYS.secret,
      AWS_REGION: 'us-east-1',
    };
    host = await startServerProcess({ environment });
  });
  afterAll(async () => {
    await host.kill();
    await s3.kill();
    await rm(folder, { recursive: true });
  });

  const refreshed = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, REFRESH_MS + 100));

  async function upload(name: string): Promise<{ status: number; code: string | null }> {
    const body = await readFile(join(ROOT, `build/func/demo/${name}.wasm`));
    const response = await fetch(`${host.upload}/v1/functions/demo/${name}`, { method: 'PUT', body });
    return { status: response.status, code: response.headers.get('x-faasm-error') };
  }

  const ready = async (): Promise<number> => (await fetch(`${host.invoke}/readyz`)).status;

  it('serves what is loaded, refuses the rest with what is wrong, and recovers by itself', async () => {
    expect((await upload('hello')).status).toBe(201);
    expect((await call(host, 'hello')).text).toBe('Hello Faasm!');
    await s3.kill();
    await refreshed();
    expect(await call(host, 'hello')).toMatchObject({ status: 200, text: 'Hello Faasm!' });
    expect(await upload('echo')).toEqual({ status: 503, code: 'STORE_UNAVAILABLE' });
    expect((await call(host, 'echo')).text).toMatch(/^STORE_UNAVAILABLE: /);
    expect(await ready()).toBe(503);
    expect((await fetch(`${host.invoke}/healthz`)).status).toBe(200);
    await s3.restart();
    expect((await upload('echo')).status).toBe(201);
    expect((await call(host, 'echo', 'back')).text).toBe('back');
    expect(await ready()).toBe(200);
    await refreshed();
    expect((await call(host, 'hello')).text).toBe('Hello Faasm!');
  });

  it('serves what is loaded while S3 stands still', async () => {
    s3.stall();
    try {
      await refreshed();
      expect((await call(host, 'hello')).text).toBe('Hello Faasm!');
    } finally {
      s3.resume();
    }
  });

  it('runs from its cache after a restart, and not what somebody has put there', async () => {
    const cache = environment['FAASM_CACHE_DIR'] ?? '';
    const cached = await readdir(cache);
    expect(cached.length).toBeGreaterThan(0);
    for (const name of cached) await writeFile(join(cache, name), 'damaged');
    await host.kill();
    host = await startServerProcess({ environment });
    expect((await call(host, 'hello')).text).toBe('Hello Faasm!');
    expect(String(await readFile(join(cache, cached[0] ?? '')).catch(() => ''))).not.toBe('damaged');
  });
});
