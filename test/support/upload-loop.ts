// Uploads functions for ever, for tests that kill it. Argument: a StoreSpec as JSON. Prints a line for each upload that
// the store has acknowledged: function, version, hash.
import { createHash, randomBytes } from 'node:crypto';
import { functionStore } from '../../src/stores/function-store.ts';
import { openSpec, type StoreSpec, USER } from './uploads.ts';

const SIZES = [1000, 100_000, 2_000_000];

const spec = JSON.parse(process.argv[2] ?? '') as StoreSpec;
const store = functionStore({ objects: openSpec(spec) });
const sizes = [...SIZES, ...(spec.largeBytes === undefined ? [] : [spec.largeBytes])];

async function upload(worker: number): Promise<never> {
  for (let round = 0; ; round += 1) {
    const wasm = randomBytes(sizes[(round + worker) % sizes.length] ?? 1);
    const sha256 = createHash('sha256').update(wasm).digest('hex');
    const ref = { user: USER, function: `f${worker}` };
    const { version } = await store.put(ref, wasm, sha256, {});
    process.stdout.write(`${ref.function} ${version} ${sha256}\n`);
  }
}

await Promise.all([0, 1, 2].map(upload));
