import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureNative } from '../../scripts/build-native.ts';
import { buildSamples } from '../../src/toolchain/samples.ts';
import { buildInterpreter } from '../interpreter/build.ts';

const SAMPLES = join(import.meta.dirname, '../../build/func/demo');

/** Builds the native layer and the samples where they are missing. Throws where the native layer cannot be had. */
export async function prepareSamples(log: (line: string) => void): Promise<void> {
  const native = ensureNative();
  if (!native.ready) throw new Error(`The native layer is not available: ${native.reason}`);
  await buildSamples({ log });
}

/** Builds the interpreter function unless it is there; fetches its source from npm the first time. */
export function prepareInterpreter(log: (line: string) => void): Promise<string> {
  return buildInterpreter({ log });
}

/** File of the sample `name` of the user demo. */
export function sampleFile(name: string): string {
  return join(SAMPLES, `${name}.wasm`);
}

/** The module of the sample `name` of the user demo. */
export function readSample(name: string): Promise<Uint8Array> {
  return readFile(sampleFile(name));
}
