import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { S3_SERVER } from '../../scripts/setup-s3-server.ts';
import type { ObjectStore } from '../../src/core/object-store.ts';
import { s3ObjectStore } from '../../src/stores/s3-object-store.ts';
import { freePort } from './free-port.ts';

/** Keys that a server that checks them accepts. One that does not takes any. */
export const S3_KEYS = { id: 'AKIATESTSOFFAASM', secret: 'the-secret-of-the-tests' } as const;

/** Options of {@link startS3Server}. */
export interface S3ServerOptions {
  /** Folder that objects are kept in, so that they are there after a restart; default: it forgets everything. */
  readonly folder?: string;
  /** Checks signatures and accepts {@link S3_KEYS} only. */
  readonly checksKeys?: boolean;
}

/** A real S3 server as a process: moto, on the loopback interface. */
export interface S3Server {
  /** The same also after a restart. */
  readonly endpoint: string;
  /** Ends it at once and waits. */
  kill(): Promise<void>;
  /** Starts it again on the same port. */
  restart(): Promise<void>;
  /** Lets it stand still, and go on. */
  stall(): void;
  resume(): void;
  /** A client of the server with {@link S3_KEYS}, for what tests do behind the back of a store. */
  client(): S3Client;
}

/** Starts the server on a free port and waits until it serves. Rejects when it is not installed or ends. */
export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  if (!existsSync(S3_SERVER.modules))
    throw new Error('The S3 server is not there: run node scripts/setup-s3-server.ts');
  const port = await freePort();
  let running = await launch(port, options);
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    kill: () => running.kill(),
    async restart() {
      running = await launch(port, options);
    },
    stall: () => running.process.kill('SIGSTOP'),
    resume: () => running.process.kill('SIGCONT'),
    client() {
      const credentials = { accessKeyId: S3_KEYS.id, secretAccessKey: S3_KEYS.secret };
      return new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
    },
  };
}

let buckets = 0;

/** An empty store in a bucket of its own on `server`. The keys are taken from the environment, as in the product. */
export async function openS3Store(server: S3Server, prefix = 'tests/of-stores'): Promise<ObjectStore> {
  process.env['AWS_ACCESS_KEY_ID'] = S3_KEYS.id;
  process.env['AWS_SECRET_ACCESS_KEY'] = S3_KEYS.secret;
  const bucket = `bucket-${process.pid}-${buckets++}`;
  const client = server.client();
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  return s3ObjectStore({ bucket, prefix, endpoint: server.endpoint, pathStyle: true });
}

interface Running {
  readonly process: ChildProcess;
  kill(): Promise<void>;
}

async function launch(port: number, { folder = '', checksKeys }: S3ServerOptions): Promise<Running> {
  const script = join(import.meta.dirname, 's3-server.py');
  const child = spawn(
    S3_SERVER.python,
    [script, String(port), folder, ...(checksKeys ? [S3_KEYS.id, S3_KEYS.secret] : [])],
    {
      // It reads its input to notice when the tests are gone.
      stdio: 'pipe',
      env: {
        PATH: process.env['PATH'],
        PYTHONPATH: S3_SERVER.modules,
      },
    },
  );
  let errors = '';
  child.stderr.on('data', (chunk) => {
    // Without the line for each request; the end is enough to see why it could not start.
    errors = (errors + String(chunk)).slice(-2000);
  });
  const exit = new Promise<void>((done) => {
    child.on('close', () => done());
  });
  await new Promise<void>((done, reject) => {
    child.stdout.on('data', () => done());
    child.on('error', reject);
    exit.then(() => reject(new Error(`The S3 server ended:\n${errors}`)));
  });
  return {
    process: child,
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
