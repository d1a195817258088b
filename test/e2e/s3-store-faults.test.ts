import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ObjectStore } from '../../src/core/object-store.ts';
import { codeHash } from '../../src/stores/code-hash.ts';
import { functionStore } from '../../src/stores/function-store.ts';
import { s3ObjectStore } from '../../src/stores/s3-object-store.ts';
import { tokenStore } from '../../src/stores/token-store.ts';
import { openS3Store, S3_KEYS, type S3Server, startS3Server } from '../support/s3-server.ts';
import { temporaryFolder } from '../support/store-folder.ts';
import { until } from '../support/until.ts';
import { problemsAfter, type Upload, USER, uploadAndKill } from '../support/uploads.ts';

const MIB = 1024 * 1024;
/** Goes up in two parts. */
const LARGE = 9 * MIB;

let server: S3Server;
let stores: ObjectStore[] = [];

async function open(on = server): Promise<ObjectStore> {
  const store = await openS3Store(on);
  stores.push(store);
  return store;
}

function openWith(options: Parameters<typeof s3ObjectStore>[0]): ObjectStore {
  const store = s3ObjectStore({ endpoint: server.endpoint, pathStyle: true, ...options });
  stores.push(store);
  return store;
}

/** `work` with other credentials in the environment. */
async function withKeys<T>(id: string, secret: string, work: () => Promise<T>): Promise<T> {
  process.env['AWS_ACCESS_KEY_ID'] = id;
  process.env['AWS_SECRET_ACCESS_KEY'] = secret;
  try {
    return await work();
  } finally {
    process.env['AWS_ACCESS_KEY_ID'] = S3_KEYS.id;
    process.env['AWS_SECRET_ACCESS_KEY'] = S3_KEYS.secret;
  }
}

/** How every operation of a store ends: an error's code, or `done`. */
async function outcomes(store: ObjectStore): Promise<string[]> {
  const works = [
    store.put('a', new Uint8Array(10)),
    store.put('large', new Uint8Array(LARGE)),
    store.get('a'),
    store.list(''),
    store.remove('a'),
    store.check(),
  ];
  const ended = await Promise.allSettled(works);
  return ended.map((end) => (end.status === 'fulfilled' ? 'done' : (end.reason as { code: string }).code));
}

const all = (code: string): string[] => Array(6).fill(code);

beforeAll(async () => {
  server = await startS3Server({ checksKeys: true });
  process.env['AWS_ACCESS_KEY_ID'] = S3_KEYS.id;
  process.env['AWS_SECRET_ACCESS_KEY'] = S3_KEYS.secret;
});

afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  stores = [];
});

afterAll(async () => {
  await server?.kill();
});

describe('store in S3, when things fail', () => {
  it('says that the credentials are wrong, without showing them', async () => {
    const store = await open();
    await store.put('a', new Uint8Array(1));
    const bucket = store.name.split('/')[2] ?? '';
    for (const [id, secret] of [
      [S3_KEYS.id, 'not-the-secret'],
      ['AKIAUNKNOWN', S3_KEYS.secret],
    ] as const) {
      await withKeys(id, secret, async () => {
        const wrong = openWith({ bucket });
        expect(await outcomes(wrong)).toEqual(all('STORE_DENIED'));
        const error = await wrong.get('a').catch((reason: Error) => reason);
        expect(JSON.stringify([error, String(error), (error as Error).stack])).not.toMatch(
          new RegExp(`${id}|${secret}|Signature=`),
        );
        expect(String(error)).toMatch(/credentials/);
      });
    }
    expect(await store.get('a')).toEqual(new Uint8Array(1));
  });

  it('says that the bucket is missing, and works once it is there', async () => {
    const store = openWith({ bucket: 'no-such-bucket', prefix: 'p' });
    expect(await outcomes(store)).toEqual(all('STORE_UNAVAILABLE'));
    await expect(store.put('a', new Uint8Array(1))).rejects.toMatchObject({
      message: expect.stringMatching(/s3:\/\/no-such-bucket\/p.*create the bucket/),
    });
    const client = server.client();
    await client.send(new CreateBucketCommand({ Bucket: 'no-such-bucket' }));
    client.destroy();
    expect(await outcomes(store)).toEqual(all('done'));
  });

  it('says that nobody listens', async () => {
    const store = openWith({ bucket: 'b', endpoint: 'http://127.0.0.1:1' });
    expect(await outcomes(store)).toEqual(all('STORE_UNAVAILABLE'));
    await expect(store.get('a')).rejects.toMatchObject({ message: expect.stringContaining('running and reachable') });
  });

  it('refuses a bucket or prefix that cannot be', () => {
    for (const options of [{ bucket: '' }, { bucket: 'b', prefix: '../x' }, { bucket: 'b', prefix: 'x'.repeat(101) }]) {
      expect(() => openWith(options)).toThrow(expect.objectContaining({ code: 'INVALID_NAME' }));
    }
  });

  it('lists more objects than the server gives at a time, and none of others', async () => {
    const store = await open();
    const client = server.client();
    const [, , Bucket] = store.name.split('/');
    const put = (Key: string): Promise<unknown> => client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    const keys = Array.from({ length: 1005 }, (_, i) => `many/${String(i).padStart(4, '0')}`);
    const rest = [...keys];
    const worker = async (): Promise<void> => {
      for (let key = rest.pop(); key !== undefined; key = rest.pop()) await store.put(key, new Uint8Array(1));
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    for (const key of ['tests/of-stores/many//x', 'tests/of-stores/many/a b', 'tests/of-stores-too/many/x'])
      await put(key);
    client.destroy();
    expect((await store.list('many/')).map(({ key }) => key)).toEqual(keys);
  });

  it('tells apart damaged code, by itself and to those who ask', async () => {
    const store = await open();
    const functions = functionStore({ objects: store });
    const wasm = new Uint8Array(1000).fill(7);
    await functions.put({ user: 'u', function: 'f' }, wasm, codeHash(wasm), {});
    const client = server.client();
    const [, , Bucket] = store.name.split('/');
    const Key = `tests/of-stores/functions/u/f/wasm/${codeHash(wasm)}.wasm`;
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'something else' }));
    client.destroy();
    await expect(functions.get({ user: 'u', function: 'f' })).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      message: expect.stringMatching(/functions\/u\/f\/wasm\/.* in s3:\/\/.*upload/),
    });
  });

  it('has every acknowledged upload, and nothing by half, when hosts are killed', async () => {
    const store = await open();
    const bucket = store.name.split('/')[2] ?? '';
    const spec = { s3: { endpoint: server.endpoint, bucket }, largeBytes: LARGE };
    const uploads: Upload[] = [];
    for (const count of [1, 3, 6]) {
      uploads.push(...(await uploadAndKill(spec, count)));
      expect(await problemsAfter(functionStore({ objects: openWith({ bucket }) }), uploads)).toEqual([]);
    }
  });

  it('has every acknowledged upload, and nothing by half, when the server is killed', async () => {
    const mortal = await startS3Server({ folder: join(temporaryFolder(), 'objects') });
    try {
      const functions = functionStore({ objects: await open(mortal) });
      const uploads: Upload[] = [];
      const failures: string[] = [];
      let stopped = false;
      const upload = async (): Promise<void> => {
        for (let round = 1; !stopped; round += 1) {
          const wasm = new Uint8Array(round % 2 === 0 ? LARGE : 1000).fill(round);
          const sha256 = codeHash(wasm);
          try {
            const { version } = await functions.put({ user: USER, function: 'f' }, wasm, sha256, {});
            uploads.push({ function: 'f', version, sha256 });
          } catch (error) {
            failures.push((error as { code: string }).code);
          }
        }
      };
      const work = upload();
      for (let kill = 1; kill <= 2; kill += 1) {
        await until(() => uploads.length >= 3 * kill);
        // Somewhere in the next upload, which is a large one.
        await new Promise((resolve) => setTimeout(resolve, 60 * kill));
        await mortal.kill();
        await until(() => failures.length >= kill);
        await mortal.restart();
      }
      const before = uploads.length;
      await until(() => uploads.length >= before + 2);
      stopped = true;
      await work;
      expect(new Set(failures)).toEqual(new Set(['STORE_UNAVAILABLE']));
      expect(await problemsAfter(functions, uploads)).toEqual([]);
    } finally {
      await mortal.kill();
    }
  });

  it('says that the bucket is missing when the server has forgotten everything', async () => {
    const forgetful = await startS3Server();
    try {
      const store = await open(forgetful);
      await store.put('a', new Uint8Array(1));
      await forgetful.kill();
      await forgetful.restart();
      expect(await outcomes(store)).toEqual(all('STORE_UNAVAILABLE'));
    } finally {
      await forgetful.kill();
    }
  });

  it('is given up when the server stands still, and works again when it goes on', async () => {
    const store = await open();
    const tokens = tokenStore({ objects: store, refreshMs: 1 });
    const { token } = await tokens.create({ user: 'u', kind: 'user' });
    server.stall();
    try {
      const [ended, principal] = await Promise.all([outcomes(store), tokens.verify(token)]);
      expect(ended).toEqual(all('STORE_UNAVAILABLE'));
      expect(principal).toEqual({ user: 'u', kind: 'user' });
    } finally {
      server.resume();
    }
    expect(await outcomes(store)).toEqual(all('done'));
  });

  it('reads again what broke off, and gives up when it breaks off each time', async () => {
    let answers = 0;
    let whole = 2;
    const breaking = createServer((_request, response) => {
      answers += 1;
      response.writeHead(200, { 'content-length': 1000 });
      response.write(Buffer.alloc(500));
      if (answers >= whole) response.end(Buffer.alloc(500));
      else setTimeout(() => response.destroy(), 10);
    });
    await new Promise<void>((done) => {
      breaking.listen(0, '127.0.0.1', done);
    });
    try {
      const endpoint = `http://127.0.0.1:${(breaking.address() as AddressInfo).port}`;
      const store = openWith({ bucket: 'b', endpoint });
      expect(await store.get('a')).toEqual(new Uint8Array(1000));
      expect(answers).toBe(2);
      whole = Number.POSITIVE_INFINITY;
      await expect(store.get('a')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    } finally {
      breaking.close();
    }
  });
});
