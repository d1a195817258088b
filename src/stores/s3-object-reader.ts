import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { FaasmError } from '../core/errors.ts';
import type { ObjectLocation } from '../core/platform.ts';
import { readBody } from './s3-body.ts';
import { type S3Server, s3Client } from './s3-client.ts';
import { isMissing, s3Error } from './s3-errors.ts';

/** Reads objects of any bucket of a server: what others have stored, under whatever keys. */
export interface S3ObjectReader {
  /**
   * The object, owned by the caller, if it has at most `maxBytes`. Waits for the server. Throws `BODY_TOO_LARGE`,
   * `FILE_NOT_FOUND`, `STORE_UNAVAILABLE`, `STORE_DENIED`.
   */
  read(object: ObjectLocation, maxBytes: number): Promise<Uint8Array>;
}

/** A reader of `server`. Loads the AWS SDK: import this file only where S3 is used. */
export function s3ObjectReader(server: S3Server): S3ObjectReader {
  const client = s3Client(server);
  return {
    async read({ bucket: Bucket, key: Key, version }, maxBytes) {
      const name = `s3://${Bucket}/${Key}`;
      try {
        const found = await client.send(
          new GetObjectCommand({ Bucket, Key, ...(version === undefined ? {} : { VersionId: version }) }),
        );
        const body = found.Body as Readable;
        if ((found.ContentLength ?? 0) <= maxBytes) return await readBody(body, found.ContentLength);
        body.destroy();
      } catch (error) {
        if (isMissing(error)) throw new FaasmError('FILE_NOT_FOUND', `There is no object ${name}.`);
        throw s3Error(`s3://${Bucket}/`, `read ${Key}`, error);
      }
      throw new FaasmError('BODY_TOO_LARGE', `The object ${name} has more than the ${maxBytes} bytes allowed here.`);
    },
  };
}
