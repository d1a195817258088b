import { afterAll, beforeAll } from '@jest/globals';
import type { ObjectStore } from '../../src/core/object-store.ts';
import { openS3Store, type S3Server, startS3Server } from '../support/s3-server.ts';
import { fileStoreContract } from './file-store.ts';
import { functionStoreContract } from './function-store.ts';
import { objectStoreContract } from './object-store.ts';
import { tokenStoreContract } from './token-store.ts';

let server: S3Server;
const opened: ObjectStore[] = [];

async function open(): Promise<ObjectStore> {
  const store = await openS3Store(server);
  opened.push(store);
  return store;
}

beforeAll(async () => {
  server = await startS3Server({ checksKeys: true });
});

afterAll(async () => {
  await Promise.all(opened.map((store) => store.close()));
  await server?.kill();
});

objectStoreContract('S3', open);
functionStoreContract('S3', open);
fileStoreContract('S3', open);
tokenStoreContract('S3', open);
