import type { Readable } from 'node:stream';
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { FaasmError } from '../core/errors.ts';
import { sortedInSteps } from '../core/in-steps.ts';
import type { ObjectEntry, ObjectFacts, ObjectStore } from '../core/object-store.ts';
import { byKey, checkObjectKey, isObjectKey, isObjectKeyPrefix } from './object-keys.ts';
import { readBody } from './s3-body.ts';
import { ATTEMPTS, type S3Server, s3Client } from './s3-client.ts';
import { isMissing, s3Error } from './s3-errors.ts';

/** Larger objects go up in parts of this size, several at a time. */
const PART_BYTES = 8 * 1024 * 1024;
const PARALLEL_PARTS = 4;
/** S3 allows 1024 bytes for a key, ours may have 900. */
const PREFIX_MAX_BYTES = 100;
/** Shows that the store can be written to; no key of ours. */
const PROBE = '@check';

/** Options of {@link s3ObjectStore}. Credentials come from where the AWS SDK looks for them. */
export interface S3ObjectStoreOptions extends S3Server {
  readonly bucket: string;
  /** Begins all keys in the bucket, without slashes at its ends; default: nothing. */
  readonly prefix?: string;
}

/**
 * Objects in a bucket of S3 or of a server that speaks its protocol. An object is there as a whole or not at all, also
 * when it goes up in parts; the parts of uploads that nobody completed are invisible, and a lifecycle rule of the bucket
 * (AbortIncompleteMultipartUpload) removes them. A server that does not answer is given up after about 15 s,
 * when it falls silent between the parts of a large object after twice that.
 *
 * Loads the AWS SDK: import this file only where S3 has been chosen. Throws `INVALID_NAME` for a prefix or bucket that
 * cannot be.
 */
export function s3ObjectStore(options: S3ObjectStoreOptions): ObjectStore {
  const { bucket: Bucket } = options;
  const prefix = checkPrefix(options.prefix ?? '');
  if (Bucket === '') throw new FaasmError('INVALID_NAME', 'No bucket is named: set FAASM_S3_BUCKET.');
  const name = `s3://${Bucket}/${prefix}`;
  const client = s3Client(options);
  let writable = false;

  async function attempt<T>(action: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw s3Error(name, action, error);
    }
  }

  async function put(key: string, bytes: Uint8Array): Promise<void> {
    const params = { Bucket, Key: prefix + key, Body: bytes, ContentType: contentType(key) };
    if (bytes.length <= PART_BYTES) await client.send(new PutObjectCommand(params));
    // Tells the server to forget the parts when one fails.
    else await new Upload({ client, params, partSize: PART_BYTES, queueSize: PARALLEL_PARTS }).done();
  }

  async function get(key: string): Promise<Uint8Array | undefined> {
    // The SDK tries requests again, not answers that break off.
    for (let left = ATTEMPTS - 1; ; left -= 1) {
      try {
        const answer = await client.send(new GetObjectCommand({ Bucket, Key: prefix + key }));
        return await readBody(answer.Body as Readable, answer.ContentLength);
      } catch (error) {
        if (isMissing(error)) return undefined;
        if (left === 0 || !isBrokenOff(error)) throw error;
      }
    }
  }

  async function stat(key: string): Promise<ObjectFacts | undefined> {
    // Not HeadObject: its answer has no body, and a bucket that is missing looks like a missing object. Keys are listed
    // in their order, and no other key with this prefix comes before it.
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix + key, MaxKeys: 1 }));
    const [first] = Contents ?? [];
    if (first?.Key !== prefix + key) return undefined;
    const modifiedAt = first.LastModified?.getTime() ?? 0;
    return { key, sizeBytes: first.Size ?? 0, modifiedAt, tag: `${first.ETag}-${modifiedAt}` };
  }

  async function list(keyPrefix: string): Promise<ObjectEntry[]> {
    const entries: ObjectEntry[] = [];
    let ContinuationToken: string | undefined;
    do {
      const request = { Bucket, Prefix: prefix + keyPrefix, ...(ContinuationToken ? { ContinuationToken } : {}) };
      const page = await client.send(new ListObjectsV2Command(request));
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
        const key = Key.slice(prefix.length);
        // Others may keep objects beside ours.
        if (isObjectKey(key)) entries.push({ key, sizeBytes: Size, modifiedAt: LastModified?.getTime() ?? 0 });
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return sortedInSteps(entries, byKey);
  }

  return {
    name,
    async put(key, bytes) {
      checkObjectKey(key);
      await attempt(`write ${key}`, () => put(key, bytes));
    },
    async get(key) {
      checkObjectKey(key);
      return attempt(`read ${key}`, () => get(key));
    },
    async stat(key) {
      checkObjectKey(key);
      return attempt(`look at ${key}`, () => stat(key));
    },
    async list(keyPrefix) {
      return isObjectKeyPrefix(keyPrefix) ? attempt('list its objects', () => list(keyPrefix)) : [];
    },
    async remove(key) {
      checkObjectKey(key);
      await attempt(`remove ${key}`, () => client.send(new DeleteObjectCommand({ Bucket, Key: prefix + key })));
      return true;
    },
    async check() {
      await attempt('list its objects', () =>
        client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix, MaxKeys: 1 })),
      );
      if (writable) return;
      // Once: writes cost money, and rights seldom change.
      await attempt('take an object', async () => {
        await put(PROBE, new Uint8Array(1));
        await client.send(new DeleteObjectCommand({ Bucket, Key: prefix + PROBE }));
      });
      writable = true;
    },
    async close() {
      client.destroy();
    },
  };
}

/** `prefix` as keys begin with it: empty, or ending in a slash. */
function checkPrefix(prefix: string): string {
  const clean = prefix.replace(/^\/+|\/+$/g, '');
  if (clean === '') return '';
  if (clean.length <= PREFIX_MAX_BYTES && isObjectKey(clean)) return `${clean}/`;
  throw new FaasmError(
    'INVALID_NAME',
    `Invalid prefix ${JSON.stringify(prefix.slice(0, 120))} (FAASM_S3_PREFIX): use up to ${PREFIX_MAX_BYTES} letters, ` +
      `digits, '.', '_', '-', '~', and '/' between parts.`,
  );
}

/** Whether an answer had begun: nothing of S3 and no failed connection, which the SDK has tried again itself. */
function isBrokenOff(error: unknown): boolean {
  const { $metadata } = error as { $metadata?: unknown };
  return $metadata === undefined;
}

function contentType(key: string): string {
  if (key.endsWith('.wasm')) return 'application/wasm';
  return key.endsWith('.json') ? 'application/json' : 'application/octet-stream';
}
