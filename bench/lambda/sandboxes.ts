import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BYTES_GUEST } from '../../test/support/guests/bytes.ts';
import { uploadModule } from '../../test/support/lambda-calls.ts';
import { unpackedLambdaPackage } from '../../test/support/lambda-package.ts';
import { LAMBDA_TOKEN } from '../../test/support/lambda-platform.ts';
import { type LambdaCode, type LambdaSandbox, startLambdaSandbox } from '../../test/support/lambda-sandbox.ts';
import { sampleFile } from '../harness/samples.ts';
import { wat } from '../harness/wat.ts';

/** What sandboxes of the bench run: the package as it is deployed, and a handler that does nothing. */
export interface BenchCode {
  readonly faasm: LambdaCode;
  readonly empty: LambdaCode;
  /** Environment of the former, with a store that has the functions. */
  readonly environment: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/** Answers what it is sent, or of an HTTP event its body: what every handler has to do at least. */
const EMPTY = `export const handler = async (event) =>
  event.requestContext === undefined ? event : { statusCode: 200, body: event.body, isBase64Encoded: true };
`;

/** Makes the package and a store with the functions that the bench calls. */
export async function prepareCode(): Promise<BenchCode> {
  const unpacked = await unpackedLambdaPackage();
  const folder = await mkdtemp(join(tmpdir(), 'faasm-bench-lambda-'));
  await writeFile(join(folder, 'empty.mjs'), EMPTY);
  const environment = {
    FAASM_STORE_DIR: join(folder, 'store'),
    FAASM_ADMIN_TOKEN: LAMBDA_TOKEN,
    FAASM_OUTPUT_BYTES: '128MiB',
  };
  const uploads = await startLambdaSandbox({ code: unpacked.code, environment });
  for (const name of ['hello', 'echo', 'produce', 'consume']) {
    await uploadModule(uploads, name, await readFile(sampleFile(name)));
  }
  await uploadModule(uploads, 'bytes', await wat(BYTES_GUEST));
  await uploads.close();
  return {
    faasm: unpacked.code,
    empty: { root: folder, module: 'empty' },
    environment,
    async remove() {
      await unpacked.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Sends an event `count` times, one after the other; ms of each. Rejects when one fails. */
export async function timed(sandbox: LambdaSandbox, event: string, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let left = count; left > 0; left -= 1) {
    const before = performance.now();
    const { functionError, payload } = await sandbox.api.invoke(event);
    times.push(performance.now() - before);
    if (functionError !== undefined) throw new Error(`The event failed: ${payload.subarray(0, 500)}`);
  }
  return times;
}
