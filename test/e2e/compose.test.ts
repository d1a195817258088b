import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { describeSettings, loadConfig } from '../../src/config.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { type S3Server, startS3Server } from '../support/s3-server.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ADMIN_TOKEN = 'a-token-of-the-operator';

/** A service of compose.yaml, as far as it matters here. */
interface Service {
  readonly image: string;
  readonly build?: string;
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
  readonly entrypoint?: readonly string[];
}

/** Its text with `${NAME:-default}` and `${NAME:?why}` replaced as the engine does it. */
function interpolated(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind: string, rest: string) => {
    const value = environment[name] ?? (kind === '-' ? rest : undefined);
    if (value === undefined) throw new Error(`${name}: ${rest}`);
    return value;
  });
}

async function services(environment: Readonly<Record<string, string>>): Promise<Record<string, Service>> {
  const text = interpolated(await readFile(join(ROOT, 'compose.yaml'), 'utf8'), environment);
  return (parse(text, { merge: true }) as { services: Record<string, Service> }).services;
}

describe('compose.yaml', () => {
  it('wants an administrator token, and says so', async () => {
    await expect(services({})).rejects.toThrow('FAASM_ADMIN_TOKEN');
  });

  it('has hosts whose settings are ones, and are accepted', async () => {
    const { upload, worker } = await services({ FAASM_ADMIN_TOKEN: ADMIN_TOKEN });
    const known = describeSettings().map(({ env }) => env);
    for (const service of [upload, worker]) {
      const environment = service?.environment ?? {};
      const ours = Object.keys(environment).filter((name) => name.startsWith('FAASM_'));
      expect(ours.filter((name) => !known.includes(name))).toEqual([]);
      expect(loadConfig(environment)).toMatchObject({
        bindHost: '0.0.0.0',
        store: { kind: 's3', bucket: 'faasm' },
        state: { kind: 'redis', redisUrl: 'redis://redis:6379' },
      });
    }
  });

  it('has ports for any number of workers, and waits for what each service needs', async () => {
    const all = await services({ FAASM_ADMIN_TOKEN: ADMIN_TOKEN });
    expect(all['upload']?.ports).toEqual(['8002:8002']);
    expect(all['worker']?.ports?.[0]).toMatch(/^\d+-\d+:8080$/);
    for (const { depends_on: needs = {} } of Object.values(all)) {
      for (const [name, { condition }] of Object.entries(needs)) {
        const needed = all[name];
        expect(needed).toBeDefined();
        if (condition === 'service_healthy') expect(needed?.healthcheck).toBeDefined();
        else expect([name, condition]).toEqual(['bucket', 'service_completed_successfully']);
      }
    }
    expect(all['bucket']?.entrypoint).toContain(`store/${all['worker']?.environment?.['FAASM_S3_BUCKET']}`);
  });
});

describe('Dockerfile', () => {
  it('copies and starts what there is, with settings that are ones', async () => {
    const text = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
    const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) => match[1]?.split(' ') ?? []);
    const started = [...text.matchAll(/node (scripts\/\S+|bin\/\S+)|"(bin\/[^"]+)"/g)].map(([, a, b]) => a ?? b ?? '');
    expect(started).toContain('bin/faasm.js');
    for (const path of [...copied, ...started])
      await expect(readFile(join(ROOT, path)).catch(codeOf)).resolves.not.toBe('ENOENT');
    const known = describeSettings().map(({ env }) => env);
    const set = [...text.matchAll(/\b(FAASM_\w+)=/g)].map((match) => match[1] ?? '');
    expect(set.length).toBeGreaterThan(0);
    expect(set.filter((name) => !known.includes(name))).toEqual([]);
  });
});

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}

// Without a container engine: the same settings, with the servers that there are in place of those in containers.
describe("compose.yaml's hosts as processes", () => {
  let s3: S3Server;
  let redis: RedisServer;
  let upload: ServerProcess;
  let workers: ServerProcess[];

  beforeAll(async () => {
    s3 = await startS3Server();
    redis = await startRedis();
    const client = s3.client();
    await client.send(new CreateBucketCommand({ Bucket: 'faasm' }));
    client.destroy();
    const all = await services({ FAASM_ADMIN_TOKEN: ADMIN_TOKEN });
    const start = (service: Service | undefined): Promise<ServerProcess> =>
      startServerProcess({
        environment: {
          ...service?.environment,
          FAASM_S3_ENDPOINT: s3.endpoint,
          FAASM_REDIS_URL: redis.url,
          FAASM_STORE_REFRESH_MS: '200',
        },
      });
    [upload, ...workers] = (await Promise.all([start(all['upload']), start(all['worker']), start(all['worker'])])) as [
      ServerProcess,
      ServerProcess,
      ServerProcess,
    ];
  });
  afterAll(async () => {
    await Promise.all([upload, ...workers].map((host) => host.kill()));
    await s3.kill();
    await redis.remove();
  });

  const authorised = { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } };

  it('serve on every worker what was uploaded on another host, to those who have the token', async () => {
    const wasm = await readFile(join(ROOT, 'build/func/demo/hello.wasm'));
    const uploaded = await fetch(`${local(upload.upload)}/f/demo/hello`, { method: 'PUT', body: wasm, ...authorised });
    expect(uploaded.status).toBe(200);
    for (const worker of workers) {
      const url = `${local(worker.invoke)}/v1/invoke/demo/hello`;
      const answer = await fetch(url, { method: 'POST', ...authorised });
      expect([answer.status, await answer.text()]).toEqual([200, 'Hello Faasm!']);
      expect((await fetch(url, { method: 'POST' })).status).toBe(401);
    }
  });

  it('share state', async () => {
    const written = await fetch(`${local(upload.upload)}/s/demo/shared`, {
      method: 'PUT',
      body: 'value',
      ...authorised,
    });
    expect(written.status).toBe(200);
    for (const worker of workers) {
      const answer = await fetch(`${local(worker.invoke)}/v1/state/demo/shared`, authorised);
      expect([answer.status, await answer.text()]).toEqual([200, 'value']);
    }
  });

  it('are healthy for the image, without a token', async () => {
    for (const host of [upload, ...workers]) expect((await fetch(`${local(host.invoke)}/readyz`)).status).toBe(200);
  });
});

/** They listen on all addresses, of which the tests use one. */
function local(url: string): string {
  return url.replace('0.0.0.0', '127.0.0.1');
}
