import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { S3_KEYS, type S3Server } from './s3-server.ts';

let buckets = 0;

/** Makes a bucket with `objects` and answers its name: `name`, or one that no other test has. */
export async function fillBucket(
  server: S3Server,
  objects: Readonly<Record<string, Uint8Array | string>>,
  name = `lambda-${process.pid}-${buckets++}`,
): Promise<string> {
  const client = server.client();
  await client.send(new CreateBucketCommand({ Bucket: name }));
  for (const [Key, Body] of Object.entries(objects)) {
    await client.send(new PutObjectCommand({ Bucket: name, Key, Body }));
  }
  client.destroy();
  return name;
}

/** Environment of a Lambda function whose S3 is `server`. */
export function s3Environment(server: S3Server): Record<string, string> {
  return {
    FAASM_S3_ENDPOINT: server.endpoint,
    AWS_ACCESS_KEY_ID: S3_KEYS.id,
    AWS_SECRET_ACCESS_KEY: S3_KEYS.secret,
  };
}
